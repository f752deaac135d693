package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;

/** Fields of transposed blocks. Stateless. */
final class StripFields {

  private StripFields() {}

  /**
   * Parts transposed blocks of a half and {@code fours} times four bytes: the halves, as integers, and the rest. Two
   * blocks are a whole number of four bytes.
   *
   * @param raw address of the transposed blocks
   * @param pairs of blocks
   */
  static void part(long raw, int pairs, int fours, long halves, long codes) {
    long block = raw;
    long target = codes;
    for (int pair = 0; pair < pairs; pair++) {
      var word = IntVector.fromMemorySegment(INTS, MEMORY, block, ORDER);
      word.and(0xFFFF).intoMemorySegment(MEMORY, halves + 2L * pair * BYTES, ORDER);
      for (int i = 0; i < fours; i++) {
        block += BYTES;
        var next = IntVector.fromMemorySegment(INTS, MEMORY, block, ORDER);
        word.lanewise(LSHR, 16).or(next.lanewise(LSHL, 16)).intoMemorySegment(MEMORY, target, ORDER);
        word = next;
        target += BYTES;
      }
      word.lanewise(LSHR, 16).intoMemorySegment(MEMORY, halves + (2 * pair + 1) * BYTES, ORDER);
      for (int i = 0; i < fours; i++) {
        block += BYTES;
        IntVector.fromMemorySegment(INTS, MEMORY, block, ORDER).intoMemorySegment(MEMORY, target, ORDER);
        target += BYTES;
      }
      block += BYTES;
    }
  }

  /** As {@link #part}, field by field from the rows themselves, for any number of blocks. */
  static void move(long source, long rowBytes, int rows, int blocks, int fours, long halves, long codes) {
    for (int row = 0; row < rows; row++) {
      long block = source + row * rowBytes;
      long lane = row * 4L;
      for (int b = 0; b < blocks; b++) {
        int half = Short.toUnsignedInt(MEMORY.get(ValueLayout.JAVA_SHORT_UNALIGNED, block));
        MEMORY.set(ValueLayout.JAVA_INT, halves + b * BYTES + lane, half);
        for (int i = 0; i < fours; i++) {
          int word = MEMORY.get(ValueLayout.JAVA_INT_UNALIGNED, block + 2 + 4L * i);
          MEMORY.set(ValueLayout.JAVA_INT, codes + (b * fours + i) * BYTES + lane, word);
        }
        block += 2 + 4L * fours;
      }
    }
  }

  /**
   * Turns {@code count} vectors of half precision numbers, as integers, into floats in place, exactly. The magnitude of a
   * half, moved to the place of a float's exponent, is 2^−112 of it; infinities and NaNs get the greatest exponent back.
   */
  static void halves(long numbers, int count) {
    for (int i = 0; i < count; i++) {
      long address = numbers + i * BYTES;
      var half = IntVector.fromMemorySegment(INTS, MEMORY, address, ORDER);
      var bits = half.and(0x7FFF).lanewise(LSHL, 13).reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      var special = half.and(0x7C00).compare(EQ, 0x7C00);
      bits.or(half.and(0x8000).lanewise(LSHL, 16))
          .lanewise(OR, 0x7F80_0000, special)
          .intoMemorySegment(MEMORY, address, ORDER);
    }
  }
}
