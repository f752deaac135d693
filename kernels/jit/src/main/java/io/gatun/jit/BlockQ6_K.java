package io.gatun.jit;

import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPHADDW;
import static io.gatun.jit.Op.VPINSRW;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Q6_K. Codes are unsigned until −32·Σx is added: sums of four products, as 16-bit lanes, are at most 63 · 127 · 4 = 32004 in
 * absolute value. Scales of the groups are vectors 0 to 15 of the function's room; dots, which come in another order than they
 * are added in, are vectors 16 to 31.
 */
final class BlockQ6_K implements BlockCode {
  private static final int GROUPS = 16;
  private static final int HIGH = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;
  private static final int HIGH_BITS = 0x30303030;
  private static final int CENTER_EVEN = -32 & 0xFFFF;
  private static final int CENTER_ODD = -32 << 16;
  private static final Vec LOW_MASK = ymm(1);
  private static final Vec HIGH_MASK = ymm(2);
  private static final Vec ONES = ymm(3);
  private static final Vec X_LOW = ymm(4);
  private static final Vec X_HIGH = ymm(5);

  @Override
  public int bytes() {
    return 210;
  }

  @Override
  public int runs() {
    return GROUPS / 2;
  }

  @Override
  public void constants(Emitter emitter) {
    emitter.constant(LOW_MASK, 0x0F0F0F0F);
    emitter.constant(HIGH_MASK, HIGH_BITS);
    emitter.constant(ONES, Emitter.ONES);
  }

  @Override
  public void multiply(StripEmitter emitter) {
    scales(emitter);
    for (int half = 0; half < 2; half++) {
      for (int run = 0; run < 2; run++) {
        for (int part = 0; part < 2; part++) {
          groups(emitter, half, run, part);
        }
      }
    }
    for (int group = 0; group < GROUPS; group++) {
      Vec dot = ymm(7);
      emitter.code.op(Op.VMOVDQU, dot, emitter.room(GROUPS + group));
      emitter.accumulate(dot, emitter.room(group), group / 2, ymm(8), ymm(9));
    }
  }

  private static void scales(Emitter emitter) {
    Assembler code = emitter.code;
    Vec scale = ymm(12);
    code.op(VPXOR, scale, scale, scale);
    for (int i = 0; i < StripEmitter.ROWS; i++) {
      code.op(VPINSRW, scale.half(), scale.half(), emitter.row(i, SCALE), i);
    }
    code.op(VCVTPH2PS, scale, scale.half());
    List<Vec> bytes = List.of(ymm(4), ymm(5), ymm(6), ymm(7));
    emitter.pairs(bytes, SCALES);
    emitter.transpose(bytes, List.of(ymm(8), ymm(9), ymm(10), ymm(11)));
    Vec one = ymm(13);
    for (int group = 0; group < GROUPS; group++) {
      code.shift(Shift.VPSLLD, one, bytes.get(group / 4), 24 - group % 4 * 8);
      code.shift(Shift.VPSRAD, one, one, 24);
      code.op(VCVTDQ2PS, one, one);
      code.op(VMULPS, one, one, scale);
      code.store(emitter.room(group), one);
    }
  }

  /** Two groups that share nibbles: in run {@code run} of four of a half of the block, and two runs further on. */
  private static void groups(StripEmitter emitter, int half, int run, int part) {
    int column = 128 * half + 32 * run + 16 * part;
    emitter.twice(X_LOW, column);
    emitter.twice(X_HIGH, column + 64);
    for (int i = 0; i < 4; i++) {
      codes(emitter, i, half, run, part, ymm(6 + i), ymm(10 + i));
      emitter.code.op(VPMADDUBSW, ymm(6 + i), ymm(6 + i), X_LOW);
      emitter.code.op(VPMADDUBSW, ymm(10 + i), ymm(10 + i), X_HIGH);
    }
    int group = column / 16;
    finish(emitter, 6, group);
    finish(emitter, 10, group + 4);
  }

  /** The codes of a {@link Emitter#pair pair} in the two groups of {@link #groups}. */
  private static void codes(Emitter emitter, int row, int half, int run, int part, Vec low, Vec high) {
    Assembler code = emitter.code;
    Vec upper = ymm(14);
    Vec free = ymm(15);
    emitter.pair(low, row, 64 * half + 32 * run + 16 * part);
    emitter.pair(upper, row, HIGH + 32 * half + 16 * part);
    emitter.nibbles(low, high, low, LOW_MASK);
    code.shift(Shift.VPSLLW, free, upper, run == 0 ? 4 : 2);
    code.op(VPAND, free, free, HIGH_MASK);
    code.op(VPOR, low, low, free);
    code.shift(Shift.VPSRLW, upper, upper, run == 0 ? 0 : 2);
    code.op(VPAND, upper, upper, HIGH_MASK);
    code.op(VPOR, high, high, upper);
  }

  private static void finish(StripEmitter emitter, int first, int group) {
    Assembler code = emitter.code;
    Vec dot = ymm(first);
    Vec other = ymm(first + 2);
    code.op(VPHADDW, dot, dot, ymm(first + 1));
    code.op(VPHADDW, other, other, ymm(first + 3));
    code.op(VPMADDWD, dot, dot, ONES);
    code.op(VPMADDWD, other, other, ONES);
    code.op(VPHADDD, dot, dot, other);
    Vec centers = ymm(15);
    emitter.constant(centers, group % 2 == 0 ? CENTER_EVEN : CENTER_ODD);
    emitter.center(dot, group / 2, centers, other);
    code.store(emitter.room(GROUPS + group), dot);
  }

  @Override
  public int panelBytes() {
    return PanelEmitter.FACTORS + 2 * Emitter.VECTOR;
  }

  @Override
  public void pack(PanelEmitter emitter) {
    scales(emitter);
    for (int group = 0; group < GROUPS; group++) {
      emitter.copy(group, emitter.factor(this, group / 2, group % 2));
    }
    for (int part = 0; part < 8; part++) {
      pack(emitter, part / 4, part / 2 % 2, part % 2);
    }
  }

  private void pack(PanelEmitter emitter, int half, int run, int part) {
    List<Vec> low = List.of(ymm(6), ymm(7), ymm(8), ymm(9));
    List<Vec> high = List.of(ymm(10), ymm(11), ymm(12), ymm(13));
    List<Vec> free = List.of(ymm(4), ymm(5), ymm(14), ymm(15));
    for (int i = 0; i < 4; i++) {
      codes(emitter, i, half, run, part, low.get(i), high.get(i));
    }
    emitter.transpose(low, free);
    emitter.transpose(high, free);
    for (int i = 0; i < 4; i++) {
      emitter.code.store(emitter.quad(this, 4 * half + run, 4 * part + i), low.get(i));
      emitter.code.store(emitter.quad(this, 4 * half + run + 2, 4 * part + i), high.get(i));
    }
  }

  @Override
  public void tileConstants(PanelEmitter emitter) {
    emitter.constant(ymm(12), Emitter.ONES);
    emitter.constant(ymm(13), CENTER_EVEN);
    emitter.constant(ymm(14), CENTER_ODD);
  }

  @Override
  public void tile(PanelEmitter emitter) {
    for (int group = 0; group < 2; group++) {
      for (int token = 0; token < PanelEmitter.TILE; token++) {
        group(emitter, group, token);
      }
    }
  }

  /** The products of a group, as pairs of 16-bit lanes of four each. */
  private static void group(PanelEmitter emitter, int group, int token) {
    Vec dot = PanelEmitter.dot(token);
    Vec second = ymm(8);
    pairs(emitter, token, 4 * group, dot);
    pairs(emitter, token, 4 * group + 2, second);
    emitter.code.op(Op.VPADDD, dot, dot, second);
    emitter.center(token, ymm(13 + group));
    emitter.accumulate(token, group);
  }

  private static void pairs(PanelEmitter emitter, int token, int quad, Vec target) {
    Assembler code = emitter.code;
    Vec w = ymm(15);
    Vec x = ymm(9);
    Vec other = ymm(10);
    code.op(Op.VPBROADCASTD, x, emitter.codes(token, quad));
    code.op(Op.VMOVDQU, w, emitter.panel(quad * Emitter.VECTOR));
    code.op(VPMADDUBSW, target, w, x);
    code.op(Op.VPBROADCASTD, x, emitter.codes(token, quad + 1));
    code.op(Op.VMOVDQU, w, emitter.panel((quad + 1) * Emitter.VECTOR));
    code.op(VPMADDUBSW, other, w, x);
    code.op(Op.VPADDW, target, target, other);
    code.op(VPMADDWD, target, target, ymm(12));
  }
}
