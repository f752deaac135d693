package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;

import io.gatun.tensors.Encodings;

/** IQ2_S: eight low bits of a point, eight signs, two high bits, each in bytes of their own. */
final class BlockIQ2_S extends GridBlock {
  private static final int LOW = 2;
  private static final int SIGNS = 34;
  private static final int HIGH = 66;
  private static final int SCALES = 74;
  private static final int LARGEST = 43;

  BlockIQ2_S() {
    super(Shape.of(Encodings.IQ2_S, 2 * LARGEST).centered(LARGEST), GridTables.signed(Encodings.IQ2_S, 8, 1024, BlockIQ2_S::put, 8));
  }

  private static void put(byte[] block, int point) {
    block[LOW] = (byte) point;
    block[HIGH] = (byte) (point >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 8, 2 + group / 8, group % 8 * 4, 15);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  @Override
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.movzxWord(R12, emitter.row(row, HIGH + slice / 2 - 1));
    emitter.code.shr(R12, slice % 2 * 4 + n * 2);
    emitter.code.and(R12, 3 << 8);
    emitter.code.movzxByte(R11, emitter.row(row, LOW + slice * 2 + n));
    emitter.code.or(R11, R12);
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.movzxByte(R11, emitter.row(row, SIGNS + slice * 2 + eight));
  }
}
