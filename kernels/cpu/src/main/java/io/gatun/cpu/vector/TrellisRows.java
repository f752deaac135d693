package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import io.gatun.device.RotatedMatmul;
import io.gatun.device.Scratch;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.Exl3Encoding.Codebook;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of EXL3's inner matrix as floats: the windows of neighbouring columns are gathered from a tile's words and mixed, a vector
 * at a time. Stateless.
 */
record TrellisRows() implements RotatedMatmul.Inner {
  private static final int TILE = 16;
  private static final int VALUES = TILE * TILE;

  /** From the upper 16 bits to where a float has such a magnitude, which is then too small by 2¹¹². */
  private static final int LOWER = 3;

  private static final float TOO_SMALL = 0x1p112f;
  private static final int KEPT = lowered(Codebook.KEPT) & ~(7 << 28);
  private static final int TURNED = lowered(Codebook.TURNED);
  private static final int EVEN_BYTES = 0x00FF00FF;

  /** Rounds to the eleven bits of a float16: {@code s · 8193 − s · 8192}, of which only the first product is rounded. */
  private static final float ROUNDING = 0x1p13f;

  private static int lowered(int pair) {
    return (pair >> LOWER) & -(1 << (Short.SIZE - LOWER));
  }

  /**
   * Where the windows of a tile's values are, row after row.
   *
   * @param words the first of two words that hold a window
   * @param shifts by how many bits it begins later than that word
   */
  private record Windows(int[] words, int[] shifts) {
    private static final Windows[] OF =
        IntStream.rangeClosed(0, Byte.SIZE).mapToObj(Windows::of).toArray(Windows[]::new);

    /** A word before the tile's is its last one. */
    private static Windows of(int bits) {
      var words = new int[VALUES];
      var shifts = new int[VALUES];
      for (int i = 0; i < VALUES; i++) {
        int first = (Exl3Encoding.position(i % TILE, i / TILE) + 1) * bits - Short.SIZE + Integer.SIZE;
        words[i] = first / Integer.SIZE;
        shifts[i] = first % Integer.SIZE;
      }
      return new Windows(words, shifts);
    }
  }

  @Override
  public void decode(
      Exl3Encoding encoding, MemorySegment trellis, long row, int rows, MemorySegment target, Scratch scratch) {
    int cols = encoding.inputFactors().length;
    var words = new int[Exl3Encoding.WORDS];
    for (int tileRow = 0; tileRow < rows; tileRow += TILE) {
      for (int col = 0; col < cols; col += TILE) {
        encoding.words(trellis, col, row + tileRow, words);
        tile(encoding, words, target.address() + ((long) tileRow * cols + col) * Float.BYTES, (long) cols * Float.BYTES);
      }
    }
  }

  private static void tile(Exl3Encoding encoding, int[] words, long target, long stride) {
    Windows windows = Windows.OF[encoding.bits()];
    Codebook codebook = encoding.codebook();
    for (int i = 0; i < VALUES; i += COUNT) {
      var first = IntVector.fromArray(INTS, words, 0, windows.words, i);
      var next = IntVector.fromArray(INTS, words, 1, windows.words, i);
      var shift = IntVector.fromArray(INTS, windows.shifts, i);
      var rest = next.lanewise(VectorOperators.LSHR, 1).lanewise(VectorOperators.LSHR, shift.neg().add(Integer.SIZE - 1));
      var state = first.lanewise(VectorOperators.LSHL, shift).or(rest).lanewise(VectorOperators.LSHR, Short.SIZE);
      var mixed = state.mul(codebook.multiplier()).add(codebook.addend());
      var values = codebook == Codebook.MUL1 ? summed(mixed) : halves(mixed);
      values.intoMemorySegment(MEMORY, Lanes.plain(target + i / TILE * stride + (long) (i % TILE) * Float.BYTES), ORDER);
    }
  }

  private static FloatVector halves(IntVector mixed) {
    var sum = half(mixed).add(half(mixed.lanewise(VectorOperators.LSHL, Short.SIZE)));
    return sum.mul(TOO_SMALL * (ROUNDING + 1)).sub(sum.mul(TOO_SMALL * ROUNDING));
  }

  private static FloatVector half(IntVector pair) {
    return pair.lanewise(VectorOperators.ASHR, LOWER).and(KEPT).lanewise(VectorOperators.XOR, TURNED).reinterpretAsFloats();
  }

  private static FloatVector summed(IntVector mixed) {
    var pairs = mixed.and(EVEN_BYTES).add(mixed.lanewise(VectorOperators.LSHR, Byte.SIZE).and(EVEN_BYTES));
    var sums = pairs.add(pairs.lanewise(VectorOperators.LSHR, Short.SIZE)).and(Short.MAX_VALUE);
    var sum = (FloatVector) sums.convert(VectorOperators.I2F, 0);
    var scaled = sum.add(1024).mul(Codebook.SUM_SCALE).add(Codebook.SUM_SHIFT);
    return scaled.mul(ROUNDING + 1).sub(scaled.mul(ROUNDING));
  }
}
