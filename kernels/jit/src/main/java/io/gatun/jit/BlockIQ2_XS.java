package io.gatun.jit;

import static io.gatun.jit.Gp.R11;

import io.gatun.tensors.Encodings;

/** IQ2_XS: 16 bits for eight values, nine of a point and seven signs. */
final class BlockIQ2_XS extends GridBlock {
  private static final int POINTS = 2;
  private static final int SCALES = 66;
  private static final int LARGEST = 43;

  BlockIQ2_XS() {
    super(Shape.of(Encodings.IQ2_XS, 2 * LARGEST).centered(LARGEST), GridTables.signed(Encodings.IQ2_XS, 8, 512, BlockIQ2_XS::put, 7));
  }

  private static void put(byte[] block, int point) {
    block[POINTS] = (byte) point;
    block[POINTS + 1] = (byte) (point >> 8);
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
    emitter.code.movzxWord(R11, emitter.row(row, POINTS + slice * 4 + n * 2));
    emitter.code.and(R11, 511);
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.movzxWord(R11, emitter.row(row, POINTS + slice * 4 + eight * 2));
    emitter.code.shr(R11, 9);
  }
}
