package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R15;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VINSERTI128;
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPBLENDW;
import static io.gatun.jit.Op.VPACKUSDW;
import static io.gatun.jit.Op.VPERMQ;
import static io.gatun.jit.Op.VPMOVDW;
import static io.gatun.jit.Op.VPUNPCKHDQ;
import static io.gatun.jit.Op.VPUNPCKHQDQ;
import static io.gatun.jit.Op.VPUNPCKLDQ;
import static io.gatun.jit.Op.VPUNPCKLQDQ;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * What functions on strips of weight rows have in common. Lanes are weight rows: eight, or with AVX-512 sixteen, of which
 * the last eight are done what is written for the first. While they read a block of each row, R13 and R14 are in rows 0 and
 * 4, R8 and RSI in rows 8 and 12 if there are so many; R9 and R10 are 1 and 3 times the bytes of a row; RDI is the {@link
 * Arguments} always. The calling convention is System V's for x86-64.
 */
abstract class Emitter {
  /** Weight rows of which 256 bits have the lanes. */
  static final int ROWS = 8;

  /** Bytes of a vector of AVX2. */
  static final int VECTOR = 32;

  /** The factors of a block of one group, while they are made. */
  static final Vec SCALE = ymm(11);

  static final Vec MINIMUM = ymm(12);

  /** Groups of a block, at most. */
  static final int LARGEST_GROUPS = 16;

  /** The first vector of the room that is free for what an encoding makes of a block. */
  static final int BLOCK_ROOM = 3 * LARGEST_GROUPS;

  /** Ones in 16-bit lanes, whose products are summed in pairs. */
  static final Literal ONES = Literal.lanes(0x00010001);

  static final Literal NIBBLES = Literal.bytes(0x0F);

  /** What makes signed bytes unsigned, and larger by 128. */
  static final Literal SIGNS = Literal.bytes(0x80);

  private static final Literal LOW_BYTES = Literal.lanes(0xFF);

  private static final List<Gp> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

  /** In rows 0, 4, 8 and 12. */
  private static final List<Gp> FOURS = List.of(R13, R14, R8, RSI);

  /** Keeps what is read of rows 8 to 15 while rows 0 to 7 are. */
  private static final Vec OTHERS = ymm(31);

  final Isa isa;
  final Assembler code;

  /** @param isa of which vectors a strip has a lane for each row */
  Emitter(Isa isa) {
    this.isa = isa;
    this.code = new Assembler(isa.bytes() > VECTOR);
  }

  void enter() {
    save(code);
  }

  /** Begins a function that changes any register. */
  static void save(Assembler code) {
    SAVED.forEach(code::push);
  }

  /** Ends it. */
  static byte[] restore(Assembler code) {
    code.vzeroupper();
    SAVED.reversed().forEach(code::pop);
    code.ret();
    return code.bytes();
  }

  /** One factor for each of a pair of 16-bit lanes: for both, or for the even ones, or the odd ones alone. */
  static Literal pairs(int factor, Shape shape, int group) {
    int even = factor & 0xFFFF;
    int odd = factor << 16;
    return Literal.lanes(shape.groupsOfRun() == 1 ? odd | even : group % 2 == 0 ? even : odd);
  }

  byte[] leave() {
    return restore(code);
  }

  /** Goes to the first block of each row; row 0 is at R8. */
  void enterRows() {
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    if (isa.lanes() > ROWS) {
      code.mov(Mem.at(RDI, Arguments.FIRST_ROW), R8);
      code.mov(Mem.at(RDI, Arguments.STRIP_OUT), RSI);
      code.lea(R8, Mem.at(R8, R9, 8, 0));
      code.lea(RSI, Mem.at(R14, R9, 8, 0));
    }
  }

  /** Goes on by some bytes in each row. */
  void nextInRows(int bytes) {
    FOURS.subList(0, isa.lanes() / 4).forEach(four -> code.add(four, bytes));
  }

  /** Leaves R8 and RSI as they were. */
  void leaveRows() {
    if (isa.lanes() > ROWS) {
      code.mov(R8, Mem.at(RDI, Arguments.FIRST_ROW));
      code.mov(RSI, Mem.at(RDI, Arguments.STRIP_OUT));
    }
  }

  /** A register plus the bytes of a strip's rows. */
  void addRows(Gp target, Gp source) {
    code.lea(target, Mem.at(source, R9, 8, 0));
    for (int rows = ROWS; rows < isa.lanes(); rows += ROWS) {
      code.lea(target, Mem.at(target, R9, 8, 0));
    }
  }

  /** A byte of the block of one weight row. */
  Mem row(int row, int offset) {
    Gp four = FOURS.get(row / 4);
    return switch (row % 4) {
      case 0 -> Mem.at(four, offset);
      case 1 -> Mem.at(four, R9, 1, offset);
      case 2 -> Mem.at(four, R9, 2, offset);
      default -> Mem.at(four, R10, 1, offset);
    };
  }

  /** A vector in memory that is the function's own, 0 to {@link Arguments#VECTORS} − 1. */
  Mem room(int vector) {
    return Mem.at(RDI, Arguments.ROOM + isa.bytes() * vector);
  }

  /** Where a function keeps the scale of a group. */
  Mem scale(int group) {
    return room(group);
  }

  /** Where a function keeps what {@link Shape#minimums} says of a group. */
  Mem minimum(int group) {
    return room(LARGEST_GROUPS + group);
  }

  /** A constant of the encoding: in a register where there are enough. */
  Operand constant(Literal literal) {
    return literal;
  }

  // ---- bytes of blocks

  /** Called for each load of some length. */
  void loading() {}

  /** Sixteen bytes of row {@code i} below sixteen of row {@code i + 4}, and so on. */
  void pair(Vec target, int i, int offset) {
    loading();
    code.op(VMOVDQU, target.half(), row(i, offset));
    for (int four = 1; four < isa.lanes() / 4; four++) {
      code.op(VINSERTI128, target, target, row(i + 4 * four, offset), four);
    }
  }

  /**
   * The bits of {@code source} that {@code mask} has, {@code shift} bits further down; further up if it is negative.
   */
  void bits(Vec target, Vec source, int shift, Literal mask) {
    Vec shifted = target;
    if (shift > 0) {
      code.shift(Shift.VPSRLW, target, source, shift);
    } else if (shift < 0) {
      code.shift(Shift.VPSLLW, target, source, -shift);
    } else {
      shifted = source;
    }
    code.op(VPAND, target, shifted, constant(mask));
  }

  /** The low nibbles of bytes, or the high ones. */
  void nibbles(Vec target, Vec source, boolean high) {
    bits(target, source, high ? 4 : 0, NIBBLES);
  }

  /**
   * The 16-bit numbers at an offset of the blocks, those of a strip's rows in this order. Word i of a vector that is read
   * 2·i bytes before row i's is blended in: it may begin in an earlier row and end in a later one, but as a block has
   * 16 bytes or more, no byte is read beside the strip.
   */
  void words(Vec target, int offset) {
    boolean hasOthers = isa.lanes() > ROWS;
    if (hasOthers) {
      words(target, ROWS, offset);
      code.op(VMOVDQU, OTHERS, target);
    }
    words(target, 0, offset);
    if (hasOthers) {
      code.op(VINSERTI128, target, target, OTHERS, 1);
    }
  }

  private void words(Vec target, int first, int offset) {
    code.op(VMOVDQU, target.half(), row(first, offset));
    for (int i = 1; i < ROWS; i++) {
      code.op(VPBLENDW, target.half(), target.half(), row(first + i, offset - Short.BYTES * i), 1 << i);
    }
  }

  /** The 16-bit floats at an offset of the blocks. */
  void halves(Vec target, int offset) {
    words(target, offset);
    code.op(VCVTPH2PS, target, target.half());
  }

  /** Sixteen bytes of each row: vector j gets bytes 4j to 4j + 3 of rows 0 to 7. */
  void heads(List<Vec> targets, int offset, List<Vec> free) {
    for (int i = 0; i < targets.size(); i++) {
      pair(targets.get(i), i, offset);
    }
    transpose(targets, free);
  }

  /**
   * Takes sixteen bytes of each row, as {@link #pair pairs} 0 to 3 have them, apart: vector j gets bytes 4j to 4j + 3
   * of rows 0 to 7.
   */
  void transpose(List<Vec> pairs, List<Vec> free) {
    transpose(code, pairs, free);
  }

  /** Takes 32-bit lanes apart: in each half vector j gets lane j of vectors 0 to 3. */
  static void transpose(Assembler code, List<Vec> pairs, List<Vec> free) {
    Vec v0 = pairs.get(0);
    Vec v1 = pairs.get(1);
    Vec v2 = pairs.get(2);
    Vec v3 = pairs.get(3);
    code.op(VPUNPCKLDQ, free.get(0), v0, v1);
    code.op(VPUNPCKHDQ, free.get(1), v0, v1);
    code.op(VPUNPCKLDQ, free.get(2), v2, v3);
    code.op(VPUNPCKHDQ, free.get(3), v2, v3);
    code.op(VPUNPCKLQDQ, v0, free.get(0), free.get(2));
    code.op(VPUNPCKHQDQ, v1, free.get(0), free.get(2));
    code.op(VPUNPCKLQDQ, v2, free.get(1), free.get(3));
    code.op(VPUNPCKHQDQ, v3, free.get(1), free.get(3));
  }

  // ---- factors

  /** Keeps {@link #SCALE}, and {@link #MINIMUM} where the encoding has it, as the factors of a block of one group. */
  void keepFactors(Shape shape) {
    code.store(scale(0), SCALE);
    if (shape.hasMinimums()) {
      code.store(minimum(0), MINIMUM);
    }
  }

  /** Factors of groups from integers: {@code target = (float) integers · factor}. Changes the integers. */
  void factor(Mem target, Vec integers, Vec factor) {
    code.op(VCVTDQ2PS, integers, integers);
    code.op(VMULPS, integers, integers, factor);
    code.store(target, integers);
  }

  /** 16-bit floats in 32-bit lanes to floats. */
  void lanesToFloats(Vec lanes) {
    if (isa.lanes() > ROWS) {
      code.op(VPMOVDW, lanes, lanes);
    } else {
      code.op(VPACKUSDW, lanes, lanes, lanes);
      code.op(VPERMQ, lanes, lanes, 0b10_00);
    }
    code.op(VCVTPH2PS, lanes, lanes.half());
  }

  /** A scale that all groups have. */
  void sameScale(Vec scale, int groups) {
    for (int group = 0; group < groups; group++) {
      code.store(scale(group), scale);
    }
  }

  /** Byte {@code i} of each 32-bit lane, unsigned. */
  void unsignedByte(Vec target, Vec lanes, int i) {
    code.shift(Shift.VPSRLD, target, lanes, 8 * i);
    code.op(VPAND, target, target, LOW_BYTES);
  }

  /** Byte {@code i} of each 32-bit lane, signed. */
  void signedByte(Vec target, Vec lanes, int i) {
    code.shift(Shift.VPSLLD, target, lanes, 24 - 8 * i);
    code.shift(Shift.VPSRAD, target, target, 24);
  }
}
