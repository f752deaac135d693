package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.Lanes.plain;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.OR;

import jdk.incubator.vector.IntVector;

/** Fields of blocks, lanes as rows. Stateless. */
final class StripFields {

  private StripFields() {}

  /**
   * Brings a half of each block of each row together, as integers.
   *
   * @param source address of the first row's first half
   * @param rowBytes from row to row
   * @param blockBytes from block to block
   * @param target address of a vector for each block; lanes past the last row stay as they are
   */
  static void gather(long source, long rowBytes, int rows, int blocks, long blockBytes, long target) {
    for (int row = 0; row < rows; row++) {
      long from = plain(source + row * rowBytes);
      long to = plain(target + row * 4L);
      for (int b = 0; b < blocks; b++) {
        MEMORY.set(INT, plain(to + b * BYTES), Short.toUnsignedInt(MEMORY.get(SHORT, plain(from + b * blockBytes))));
      }
    }
  }

  /**
   * Turns {@code count} vectors of half precision numbers, as integers, into floats in place, exactly. The magnitude of a
   * half, moved to the place of a float's exponent, is 2^−112 of it; infinities and NaNs get the greatest exponent back.
   */
  static void halves(long numbers, int count) {
    for (int i = 0; i < count; i++) {
      long address = plain(numbers + i * BYTES);
      var half = IntVector.fromMemorySegment(INTS, MEMORY, address, ORDER);
      var bits = half.and(0x7FFF).lanewise(LSHL, 13).reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      var special = half.and(0x7C00).compare(EQ, 0x7C00);
      bits.or(half.and(0x8000).lanewise(LSHL, 16))
          .lanewise(OR, 0x7F80_0000, special)
          .intoMemorySegment(MEMORY, address, ORDER);
    }
  }
}
