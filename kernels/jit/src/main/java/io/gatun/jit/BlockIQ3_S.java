package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;

import io.gatun.tensors.Encodings;

/** IQ3_S: eight low bits of a point of four values, one high bit, eight signs, each in bytes of their own. */
final class BlockIQ3_S extends GridBlock {
  private static final int LOW = 2;
  private static final int HIGH = 66;
  private static final int SIGNS = 74;
  private static final int SCALES = 106;
  private static final int LARGEST = 15;

  BlockIQ3_S() {
    super(Shape.of(Encodings.IQ3_S, 2 * LARGEST).centered(LARGEST), GridTables.signed(Encodings.IQ3_S, 4, 512, BlockIQ3_S::put, 8));
  }

  private static void put(byte[] block, int point) {
    block[LOW] = (byte) point;
    block[HIGH] = (byte) (point >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 12, 3, group * 4, 15);
  }

  @Override
  float unit() {
    return 1;
  }

  @Override
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.movzxWord(R12, emitter.row(row, HIGH + slice / 2 - 1));
    emitter.code.shr(R12, slice % 2 * 4 + n);
    emitter.code.and(R12, 1 << 8);
    emitter.code.movzxByte(R11, emitter.row(row, LOW + slice * 4 + n));
    emitter.code.or(R11, R12);
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.movzxByte(R11, emitter.row(row, SIGNS + slice * 2 + eight));
  }
}
