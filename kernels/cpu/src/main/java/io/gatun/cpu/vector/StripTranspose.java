package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.plain;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns bytes of weight rows around, so that a vector has the same four bytes of each row, one row to a lane; by halving:
 * a stage of distance d exchanges lanes between vectors that are d apart. Methods are flat, as in {@link PanelTile}.
 * Stateless.
 */
final class StripTranspose {
  /** Whether the processor has an instruction that chooses from two vectors; those with vectors of 512 bits do. */
  private static final boolean CHOOSES = VectorShape.preferredShape().vectorBitSize() == 512;

  private static final IntVector LOW_2 = low(2);
  private static final IntVector HIGH_2 = high(2);
  private static final IntVector LOW_1 = low(1);
  private static final IntVector HIGH_1 = high(1);

  private static final VectorShuffle<Integer> SWAP_2 = swap(2);
  private static final VectorShuffle<Integer> SWAP_1 = swap(1);
  private static final VectorMask<Integer> UPPER_2 = upper(2);
  private static final VectorMask<Integer> UPPER_1 = upper(1);

  private static final VectorSpecies<Integer> FOUR = IntVector.SPECIES_128;

  /** Four lanes again and again, and the second, third and fourth four of a vector. */
  private static final VectorShuffle<Integer> REPEAT = VectorShuffle.fromOp(INTS, i -> i % 4);

  private static final VectorMask<Integer> SECOND = four(1);
  private static final VectorMask<Integer> THIRD = four(2);
  private static final VectorMask<Integer> FOURTH = four(3);

  private StripTranspose() {}

  private static VectorMask<Integer> four(int n) {
    return lanes(i -> i / 4).compare(VectorOperators.EQ, n);
  }

  private static IntVector low(int d) {
    return lanes(i -> (i & d) == 0 ? i : COUNT + i - d);
  }

  private static IntVector high(int d) {
    return lanes(i -> (i & d) == 0 ? i + d : COUNT + i);
  }

  private static VectorShuffle<Integer> swap(int d) {
    return VectorShuffle.fromOp(INTS, i -> i ^ d);
  }

  private static VectorMask<Integer> upper(int d) {
    return lanes(i -> i & d).compare(VectorOperators.NE, 0);
  }

  private static IntVector lanes(IntUnaryOperator value) {
    return IntVector.fromArray(INTS, IntStream.range(0, COUNT).map(value).toArray(), 0);
  }

  /**
   * Brings 16 bytes of each row together as four vectors, {@code count} times.
   *
   * @param source address of the first row's bytes
   * @param rowBytes from row to row
   * @param rows 1 to {@link Lanes#COUNT}; lanes past the last row repeat it
   * @param step from the 16 bytes to the next
   * @param target address of the vectors
   */
  static void sixteens(long source, long rowBytes, int rows, int count, long step, long target) {
    int last = rows - 1;
    for (int i = 0; i < count; i++) {
      long row = source + i * step;
      var v0 = (IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row), ORDER).reinterpretShape(INTS, 0);
      var v1 = (IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(1, last) * rowBytes), ORDER).reinterpretShape(INTS, 0);
      var v2 = (IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(2, last) * rowBytes), ORDER).reinterpretShape(INTS, 0);
      var v3 = (IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(3, last) * rowBytes), ORDER).reinterpretShape(INTS, 0);
      if (COUNT >= 8) {
        v0 = v0.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(4, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), SECOND);
        v1 = v1.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(5, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), SECOND);
        v2 = v2.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(6, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), SECOND);
        v3 = v3.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(7, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), SECOND);
      }
      if (COUNT == 16) {
        v0 = v0.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(8, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), THIRD);
        v1 = v1.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(9, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), THIRD);
        v2 = v2.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(10, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), THIRD);
        v3 = v3.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(11, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), THIRD);
        v0 = v0.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(12, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), FOURTH);
        v1 = v1.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(13, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), FOURTH);
        v2 = v2.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(14, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), FOURTH);
        v3 = v3.blend(((IntVector) IntVector.fromMemorySegment(FOUR, MEMORY, plain(row + Math.min(15, last) * rowBytes), ORDER).reinterpretShape(INTS, 0)).rearrange(REPEAT), FOURTH);
      }
      long t = plain(target + (long) i * 4 * BYTES);
      if (CHOOSES) {
        var a0 = LOW_2.selectFrom(v0, v2);
        var a2 = HIGH_2.selectFrom(v0, v2);
        var a1 = LOW_2.selectFrom(v1, v3);
        var a3 = HIGH_2.selectFrom(v1, v3);
        LOW_1.selectFrom(a0, a1).intoMemorySegment(MEMORY, t, ORDER);
        HIGH_1.selectFrom(a0, a1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
        LOW_1.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 2 * BYTES, ORDER);
        HIGH_1.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 3 * BYTES, ORDER);
      } else {
        var a0 = v0.blend(v2.rearrange(SWAP_2), UPPER_2);
        var a2 = v0.rearrange(SWAP_2).blend(v2, UPPER_2);
        var a1 = v1.blend(v3.rearrange(SWAP_2), UPPER_2);
        var a3 = v1.rearrange(SWAP_2).blend(v3, UPPER_2);
        a0.blend(a1.rearrange(SWAP_1), UPPER_1).intoMemorySegment(MEMORY, t, ORDER);
        a0.rearrange(SWAP_1).blend(a1, UPPER_1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
        a2.blend(a3.rearrange(SWAP_1), UPPER_1).intoMemorySegment(MEMORY, t + 2 * BYTES, ORDER);
        a2.rearrange(SWAP_1).blend(a3, UPPER_1).intoMemorySegment(MEMORY, t + 3 * BYTES, ORDER);
      }
    }
  }
}
