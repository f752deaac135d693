package io.gatun.jit;

import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VFNMADD231PS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPACKUSDW;
import static io.gatun.jit.Op.VPADDW;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPERMQ;
import static io.gatun.jit.Op.VPHADDW;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Q4_K. Lanes are as for {@link BlockQ4_0}. The scales of the groups, and the minimums with the other sign, are decoded once
 * for a block: vectors 0 to 7 and 8 to 15 of the function's room.
 */
final class BlockQ4_K implements BlockCode {
  private static final int GROUPS = 8;
  private static final int CODES = 16;
  private static final int QUARTER = 32;
  private static final Vec MASK = ymm(1);
  private static final Vec ONES = ymm(2);

  @Override
  public int bytes() {
    return 144;
  }

  @Override
  public int runs() {
    return GROUPS;
  }

  @Override
  public void constants(Emitter emitter) {
    emitter.constant(MASK, 0x0F0F0F0F);
    emitter.constant(ONES, Emitter.ONES);
  }

  @Override
  public void multiply(StripEmitter emitter) {
    scales(emitter);
    for (int quarter = 0; quarter < GROUPS / 2; quarter++) {
      quarter(emitter, quarter);
    }
  }

  /** The first sixteen bytes of a block are two halves, then six-bit scales and minimums as the encoding's description has them. */
  private static void scales(Emitter emitter) {
    Assembler code = emitter.code;
    Vec halves = ymm(4);
    Vec scales = ymm(5);
    Vec minimums = ymm(6);
    Vec rest = ymm(7);
    List<Vec> head = List.of(halves, scales, minimums, rest);
    emitter.pairs(head, 0);
    emitter.transpose(head, List.of(ymm(8), ymm(9), ymm(10), ymm(11)));
    Vec scale = ymm(8);
    Vec minimum = ymm(9);
    Vec free = ymm(10);
    emitter.constant(free, 0xFFFF);
    code.op(VPAND, free, free, halves);
    code.shift(Shift.VPSRLD, halves, halves, 16);
    code.op(VPACKUSDW, halves, free, halves);
    code.op(VPERMQ, scale, halves, 0b10_00);
    code.op(VPERMQ, minimum, halves, 0b11_01);
    code.op(VCVTPH2PS, scale, scale.half());
    code.op(VCVTPH2PS, minimum, minimum.half());
    Vec more = ymm(11);
    upper(emitter, more, scales, rest, 0);
    store(emitter, more, scale, GROUPS / 2);
    upper(emitter, more, minimums, rest, 4);
    store(emitter, more, minimum, GROUPS + GROUPS / 2);
    emitter.constant(free, 0x3F3F3F3F);
    code.op(VPAND, scales, scales, free);
    code.op(VPAND, minimums, minimums, free);
    store(emitter, scales, scale, 0);
    store(emitter, minimums, minimum, GROUPS);
  }

  /** Numbers 4 to 7: four bits of {@code rest} from {@code shift} on, and above them the two upper bits of numbers 0 to 3. */
  private static void upper(Emitter emitter, Vec target, Vec lower, Vec rest, int shift) {
    Vec free = ymm(12);
    emitter.code.shift(Shift.VPSRLW, target, rest, shift);
    emitter.code.op(VPAND, target, target, MASK);
    emitter.constant(free, 0x30303030);
    emitter.code.shift(Shift.VPSRLW, ymm(13), lower, 2);
    emitter.code.op(VPAND, free, free, ymm(13));
    emitter.code.op(VPOR, target, target, free);
  }

  /** The four bytes of each lane, times a factor, as vectors of the room. */
  private static void store(Emitter emitter, Vec bytes, Vec factor, int room) {
    Vec one = ymm(14);
    Vec mask = ymm(15);
    emitter.constant(mask, 0xFF);
    for (int i = 0; i < 4; i++) {
      emitter.code.shift(Shift.VPSRLD, one, bytes, 8 * i);
      emitter.code.op(VPAND, one, one, mask);
      emitter.code.op(VCVTDQ2PS, one, one);
      emitter.code.op(VMULPS, one, one, factor);
      emitter.code.store(emitter.room(room + i), one);
    }
  }

  /** 64 columns: a group in the low nibbles of 32 bytes, the next one in the high ones. */
  private static void quarter(StripEmitter emitter, int quarter) {
    for (int i = 0; i < 4; i++) {
      emitter.twice(ymm(3 + i), 64 * quarter + 16 * i);
    }
    int offset = CODES + QUARTER * quarter;
    Vec low = ymm(7);
    Vec high = ymm(10);
    products(emitter, 0, offset, low, high);
    products(emitter, 1, offset, ymm(8), ymm(11));
    emitter.code.op(VPHADDW, low, low, ymm(8));
    emitter.code.op(VPHADDW, high, high, ymm(11));
    products(emitter, 2, offset, ymm(8), ymm(11));
    products(emitter, 3, offset, ymm(9), ymm(12));
    finish(emitter, low, ymm(8), ymm(9), 2 * quarter);
    finish(emitter, high, ymm(11), ymm(12), 2 * quarter + 1);
  }

  private static void products(StripEmitter emitter, int row, int offset, Vec low, Vec high) {
    Assembler code = emitter.code;
    Vec second = ymm(14);
    Vec secondHigh = ymm(15);
    emitter.pair(low, row, offset);
    emitter.nibbles(low, high, low, MASK);
    code.op(VPMADDUBSW, low, low, ymm(3));
    code.op(VPMADDUBSW, high, high, ymm(5));
    emitter.pair(second, row, offset + 16);
    emitter.nibbles(second, secondHigh, second, MASK);
    code.op(VPMADDUBSW, second, second, ymm(4));
    code.op(VPADDW, low, low, second);
    code.op(VPMADDUBSW, secondHigh, secondHigh, ymm(6));
    code.op(VPADDW, high, high, secondHigh);
  }

  /** The sums of a group: rows 0 and 1 of each four are brought together in {@code dot} already. */
  private static void finish(StripEmitter emitter, Vec dot, Vec third, Vec fourth, int group) {
    Assembler code = emitter.code;
    code.op(VPHADDW, third, third, fourth);
    code.op(VPHADDW, dot, dot, third);
    code.op(VPMADDWD, dot, dot, ONES);
    Vec xScale = third;
    Vec free = fourth;
    emitter.accumulate(dot, emitter.room(group), group, xScale, free);
    emitter.code.op(VPBROADCASTD, free, emitter.xSums(group));
    emitter.code.op(VPMADDWD, free, free, ONES);
    emitter.code.op(VCVTDQ2PS, free, free);
    emitter.code.op(VMULPS, free, free, xScale);
    emitter.code.op(VFNMADD231PS, StripEmitter.SUM, free, emitter.room(GROUPS + group));
  }

  @Override
  public int panelBytes() {
    return PanelEmitter.FACTORS + 2 * Emitter.VECTOR;
  }

  @Override
  public void pack(PanelEmitter emitter) {
    scales(emitter);
    for (int group = 0; group < GROUPS; group++) {
      emitter.copy(group, emitter.factor(this, group, 0));
      emitter.copy(GROUPS + group, emitter.factor(this, group, 1));
    }
    List<Vec> quads = List.of(ymm(4), ymm(5), ymm(6), ymm(7));
    Vec high = ymm(12);
    for (int part = 0; part < GROUPS; part++) {
      emitter.pairs(quads, CODES + 16 * part);
      emitter.transpose(quads, List.of(ymm(8), ymm(9), ymm(10), ymm(11)));
      int group = part / 2 * 2;
      for (int i = 0; i < quads.size(); i++) {
        int quad = part % 2 * 4 + i;
        emitter.nibbles(quads.get(i), high, quads.get(i), MASK);
        emitter.code.store(emitter.quad(this, group, quad), quads.get(i));
        emitter.code.store(emitter.quad(this, group + 1, quad), high);
      }
    }
  }

  @Override
  public void tileConstants(PanelEmitter emitter) {
    emitter.constant(ymm(12), Emitter.ONES);
  }

  @Override
  public void tile(PanelEmitter emitter) {
    emitter.unsignedDots(0, PanelEmitter.QUADS);
    for (int token = 0; token < PanelEmitter.TILE; token++) {
      Vec dot = PanelEmitter.dot(token);
      emitter.code.op(VPMADDWD, dot, dot, ymm(12));
      emitter.accumulate(token, 0);
      emitter.subtract(token, 1, ymm(12));
    }
  }
}
