package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
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
   * Brings a half of each block of each row together, as integers whose upper bits mean nothing.
   *
   * @param source address of the first row's first half
   * @param rowBytes from row to row
   * @param blockBytes from block to block
   * @param target address of a vector for each block; lanes past the last row repeat it
   */
  static void gather(long source, long rowBytes, int rows, int blocks, long blockBytes, long target) {
    int last = rows - 1;
    for (int b = 0; b < blocks; b++) {
      long from = source + b * blockBytes;
      for (int lane = 0; lane < COUNT; lane += 4) {
        long to = plain(target + b * BYTES + lane * 4L);
        MEMORY.set(INT, to, MEMORY.get(SHORT, plain(from + Math.min(lane, last) * rowBytes)));
        MEMORY.set(INT, to + 4, MEMORY.get(SHORT, plain(from + Math.min(lane + 1, last) * rowBytes)));
        MEMORY.set(INT, to + 8, MEMORY.get(SHORT, plain(from + Math.min(lane + 2, last) * rowBytes)));
        MEMORY.set(INT, to + 12, MEMORY.get(SHORT, plain(from + Math.min(lane + 3, last) * rowBytes)));
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
