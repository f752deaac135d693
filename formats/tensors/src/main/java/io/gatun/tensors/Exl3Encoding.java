package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * EXL3: a trellis of 1 to 8 bits for each weight, rotated on both sides. The one plane holds tiles of 16 × 16 weights,
 * {@code i16 [in/16, out/16, 16 · bits]}; two of these are a word, the lower first, and the bits of a tile run from the
 * highest of its first word on. Position {@code t} of a tile has as its state the 16 bits that end before bit
 * {@code (t + 1) · bits}, which wrap round to the tile's end; a codebook makes a number of a state.
 *
 * <pre>  W[n][k] = suh[k] · (H · Ŵ · H)[k][n] · svh[n]        H: Hadamard matrices of 128 along both axes, over √128 </pre>
 *
 * At run time the rotations belong to the activations: {@code x ← H(x ∘ suh)}, {@code y ← H(x · Ŵ) ∘ svh}; {@link
 * #decodeInner} gives Ŵ for that. Source: exllamav3, codebook.cuh and reconstruct.cu; QTIP (Tseng et al., 2024).
 */
public final class Exl3Encoding implements MatrixEncoding {
  private static final int TILE = 16;
  private static final int BLOCK = 128;
  private static final double NORM = 1 / Math.sqrt(BLOCK);

  /** What numbers the states mean: {@code state · multiplier + addend}, modulo 2³², becomes a float16. */
  public enum Codebook {
    /** Two float16 that add up. */
    THREE_INSTRUCTIONS(89226354, 64248484),
    /** As {@link #THREE_INSTRUCTIONS}, with another multiplier. */
    MCG(0xCBAC1FED, 0),
    /** The sum of four bytes, scaled and shifted. */
    MUL1(0x83DCD12D, 0);

    /** The bits that are kept of a pair of float16, and those that are then turned over. */
    public static final int KEPT = 0x8FFF8FFF;

    public static final int TURNED = 0x3B603B60;

    /** What a sum of bytes, 1024 more, is multiplied by; both are float16, and all such products are exact as floats. */
    public static final float SUM_SCALE = Float.float16ToFloat((short) 0x1EEE);

    /** What is added to it then. */
    public static final float SUM_SHIFT = Float.float16ToFloat((short) 0xC931);

    private final int multiplier;
    private final int addend;

    Codebook(int multiplier, int addend) {
      this.multiplier = multiplier;
      this.addend = addend;
    }

    public int multiplier() {
      return multiplier;
    }

    public int addend() {
      return addend;
    }

    /** The number of a state of 16 bits; a float16. */
    private float number(int state) {
      int mixed = state * multiplier + addend;
      return this == MUL1 ? summed(mixed) : halves(mixed);
    }

    /** The numbers of all states. */
    private float[] numbers() {
      return Objects.requireNonNull(Tables.NUMBERS.get(this));
    }

    /** Made when the first matrix is decoded. */
    private static final class Tables {
      static final Map<Codebook, float[]> NUMBERS =
          Arrays.stream(values()).collect(Collectors.toMap(Function.identity(), Tables::of));

      private Tables() {}

      private static float[] of(Codebook book) {
        var numbers = new float[1 << Short.SIZE];
        for (int state = 0; state < numbers.length; state++) {
          numbers[state] = book.number(state);
        }
        return numbers;
      }
    }

    private static float halves(int mixed) {
      int pair = (mixed & KEPT) ^ TURNED;
      return half(Float.float16ToFloat((short) pair) + Float.float16ToFloat((short) (pair >>> 16)));
    }

    private static float summed(int mixed) {
      int sum = (mixed & 0xFF) + (mixed >>> 8 & 0xFF) + (mixed >>> 16 & 0xFF) + (mixed >>> 24);
      return half((1024 + sum) * SUM_SCALE + SUM_SHIFT);
    }

    /** Sums of these halves, and the products above, are exact as floats. */
    private static float half(float exact) {
      return Float.float16ToFloat(Float.floatToFloat16(exact));
    }
  }

  private final int bits;
  private final Codebook codebook;
  private final float[] in;
  private final float[] out;

  /**
   * @param bits of a weight, 1 to 8
   * @param in factors of the inputs, suh; their number is a multiple of 128
   * @param out factors of the outputs, svh; their number is a multiple of 128
   */
  public Exl3Encoding(int bits, Codebook codebook, float[] in, float[] out) {
    this.bits = bits;
    this.codebook = codebook;
    this.in = in.clone();
    this.out = out.clone();
  }

  @Override
  public String id() {
    return "exl3";
  }

  /** Bits of a weight. */
  public int bits() {
    return bits;
  }

  /** What numbers its states mean. */
  public Codebook codebook() {
    return codebook;
  }

  /** Outputs that are rotated together. */
  @Override
  public int rowStep() {
    return BLOCK;
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    MatrixEncoding.requireWithin(region, out.length, in.length, start, target.length);
    var block = new double[BLOCK * BLOCK];
    long endRow = region.row() + region.rows();
    int endCol = region.from() + region.count();
    for (long firstRow = region.row() / BLOCK * BLOCK; firstRow < endRow; firstRow += BLOCK) {
      for (int firstCol = region.from() / BLOCK * BLOCK; firstCol < endCol; firstCol += BLOCK) {
        inner(planes, firstRow, firstCol, block);
        rotate(block);
        for (int row = (int) Math.max(firstRow, region.row()); row < Math.min(firstRow + BLOCK, endRow); row++) {
          int line = start + (int) (row - region.row()) * region.count() - region.from();
          for (int col = Math.max(firstCol, region.from()); col < Math.min(firstCol + BLOCK, endCol); col++) {
            double value = block[(col - firstCol) * BLOCK + row % BLOCK];
            target[line + col] = (float) (in[col] * value * out[row]);
          }
        }
      }
    }
  }

  /**
   * Ŵ between the rotations, {@code [out, in]}: {@code target} receives rows as {@link #decode} does.
   *
   * @param region of whole tiles: all numbers of it are multiples of 16
   */
  public void decodeInner(List<MemorySegment> planes, Region region, float[] target, int start) {
    MatrixEncoding.requireWithin(region, out.length, in.length, start, target.length);
    if ((region.row() | region.rows() | region.from() | region.count()) % TILE != 0) {
      throw new IllegalArgumentException("%s: expected whole tiles of %d × %d".formatted(region, TILE, TILE));
    }
    var tile = new Tile(this);
    float[] numbers = codebook.numbers();
    for (int row = 0; row < region.rows(); row += TILE) {
      for (int col = 0; col < region.count(); col += TILE) {
        int[] states = tile.states(planes.getFirst(), region.from() + col, region.row() + row);
        for (int i = 0; i < states.length; i++) {
          target[start + (row + i / TILE) * region.count() + col + i % TILE] = numbers[states[i]];
        }
      }
    }
  }

  /** The factors of the inputs, suh. Not to be changed. */
  public float[] inputFactors() {
    return in;
  }

  /** The factors of the outputs, svh. Not to be changed. */
  public float[] outputFactors() {
    return out;
  }

  /** Takes tiles apart, one after the other. Used by one thread. */
  public static final class Tile {
    private static final int VALUES = TILE * TILE;

    private final int bits;
    private final int tilesOfRow;
    private final int[] words;
    private final long[] pairs;
    private final int[] states = new int[VALUES];

    /** Of each value, output after output: which pair of words has its window, and by how much that is to be shifted. */
    private final int[] first = new int[VALUES];

    private final int[] shifts = new int[VALUES];

    /** Of matrices of an encoding. */
    public Tile(Exl3Encoding encoding) {
      bits = encoding.bits;
      tilesOfRow = encoding.out.length / TILE;
      words = new int[8 * bits];
      pairs = new long[8 * bits + 1];
      for (int i = 0; i < VALUES; i++) {
        int bit = (position(i % TILE, i / TILE) + 1) * bits - Short.SIZE + Integer.SIZE;
        first[i] = bit / Integer.SIZE;
        shifts[i] = Long.SIZE - Short.SIZE - bit % Integer.SIZE;
      }
    }

    private static int position(int input, int output) {
      return output % 8 * 32 + input % 8 / 2 * 8 + output / 8 * 4 + input / 8 * 2 + input % 2;
    }

    /**
     * The states of a tile, 16 of each output, output after output. The array is the same each time.
     *
     * @param input the tile's first one
     * @param output the tile's first one
     */
    public int[] states(MemorySegment trellis, int input, long output) {
      long tile = (long) (input / TILE) * tilesOfRow + output / TILE;
      MemorySegment.copy(trellis, LittleEndian.INT, tile * TILE * bits * Short.BYTES, words, 0, words.length);
      long before = words[words.length - 1]; // to which the first windows wrap round
      for (int i = 0; i < words.length; i++) {
        pairs[i] = before << Integer.SIZE | Integer.toUnsignedLong(words[i]);
        before = words[i];
      }
      pairs[words.length] = before << Integer.SIZE; // the last window is in one word
      for (int i = 0; i < VALUES; i++) {
        states[i] = (int) (pairs[first[i]] >>> shifts[i]) & 0xFFFF;
      }
      return states;
    }
  }

  /** A block {@code [in, out]} of Ŵ. */
  private void inner(List<MemorySegment> planes, long firstRow, int firstCol, double[] block) {
    var numbers = new float[BLOCK * BLOCK];
    decodeInner(planes, new Region(firstRow, BLOCK, firstCol, BLOCK), numbers, 0);
    for (int i = 0; i < numbers.length; i++) {
      block[i % BLOCK * BLOCK + i / BLOCK] = numbers[i];
    }
  }

  private static void rotate(double[] block) {
    for (int row = 0; row < BLOCK; row++) {
      hadamard(block, row * BLOCK, 1);
    }
    for (int col = 0; col < BLOCK; col++) {
      hadamard(block, col, BLOCK);
    }
  }

  /** Seven stages of butterflies on 128 values, in Sylvester's order. */
  private static void hadamard(double[] values, int start, int stride) {
    for (int half = 1; half < BLOCK; half *= 2) {
      for (int i = 0; i < BLOCK; i++) {
        if ((i & half) == 0) {
          int a = start + i * stride;
          int b = a + half * stride;
          double sum = values[a] + values[b];
          values[b] = values[a] - values[b];
          values[a] = sum;
        }
      }
    }
    for (int i = 0; i < BLOCK; i++) {
      values[start + i * stride] *= NORM;
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
