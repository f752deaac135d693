package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;

import io.gatun.tensors.Encodings;

/** IQ1_S: eight low bits of a point; 16 bits for 32 values, three high bits each, the scale and the shift. */
final class BlockIQ1_S extends GridBlock {
  private static final int LOW = 2;
  private static final int HIGH = 34;
  private static final int CENTER = 9;

  BlockIQ1_S() {
    super(Shape.of(Encodings.IQ1_S, 2 * CENTER).centered(CENTER), tables());
  }

  /** Points shifted down, of 0, 8 and 16, and by 2 up. {@link BlockIQ1_M} has the same. */
  static GridTables tables() {
    return GridTables.shifted(Encodings.IQ1_S, 2048, CENTER - 2, BlockIQ1_S::put, 2, 0);
  }

  private static void put(byte[] block, int point) {
    block[LOW] = (byte) point;
    block[HIGH] = (byte) (point >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(HIGH, group / 2, group % 2 * 16 + 12, 7);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  @Override
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.mov32(R12, emitter.row(row, HIGH + slice / 2 * 2 - 2));
    emitter.code.shr(R12, 8 + 3 * (slice % 2 * 2 + n));
    emitter.code.and(R12, 7 << 8);
    emitter.code.movzxByte(R11, emitter.row(row, LOW + slice * 2 + n));
    emitter.code.or(R11, R12);
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.movzxByte(R11, emitter.row(row, HIGH + slice / 2 * 2 + 1));
    emitter.code.shr(R11, 7);
  }
}
