package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * 4-bit codes of bitsandbytes: a table of 16 numbers, and a magnitude for each block. Codes and blocks run over the whole
 * matrix row after row, so a block may begin in one row and end in the next; the <em>high</em> nibble of a byte is first.
 *
 * <pre>  W[n][k] = table[code(i)] · magnitude(i / blockLength)        i = n · cols + k
 *  nested:  magnitude(j) = map[stored[j]] · outer[j / nestedLength] + offset </pre>
 *
 * Planes: codes, magnitudes (float32, or bytes if nested), and if nested the map of 256 floats and the outer magnitudes.
 *
 * <p>Where no block crosses the end of a row there are {@link #codes} for kernels with 8-bit activations: integers by which
 * the numbers of the table are approximated, with errors of at most 0.43 {@linkplain Table#unit units}, of which 112 (or 120) are a
 * block's magnitude. {@link #decode} is exact.
 */
public final class FlatBlockEncoding implements MatrixEncoding, FloatCodes {

  /** What the codes mean. */
  public enum Table {
    /** Quantiles of the normal distribution. Source: bitsandbytes, functional.py create_normal_map; QLoRA. */
    NF4(
        112.03f,
        -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
        -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
        0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1),
    /** A sign, two bits of exponent, one of mantissa, over 12; not in the order of E2M1. */
    FP4(
        120,
        0, 1 / 192.0, 2 / 3.0, 1, 1 / 3.0, 1 / 2.0, 1 / 6.0, 1 / 4.0,
        -0.0, -1 / 192.0, -2 / 3.0, -1, -1 / 3.0, -1 / 2.0, -1 / 6.0, -1 / 4.0);

    @SuppressWarnings("ImmutableEnumChecker") // never written again
    private final float[] numbers;

    @SuppressWarnings("ImmutableEnumChecker")
    private final byte[] levels;

    /** The codes of the nibbles of each byte, the high one's in the lower byte. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final short[] pairs = new short[1 << Byte.SIZE];

    private final float unit;
    private final int largest;

    /** @param inverse of the unit: with it the levels come closest to the numbers, in the mean of their squares */
    Table(float inverse, double... numbers) {
      this.numbers = new float[numbers.length];
      levels = new byte[numbers.length];
      unit = 1 / inverse;
      for (int code = 0; code < numbers.length; code++) {
        this.numbers[code] = (float) numbers[code];
        levels[code] = (byte) Math.round(numbers[code] * inverse);
      }
      for (int pair = 0; pair < pairs.length; pair++) {
        pairs[pair] = (short) ((levels[pair & 15] << Byte.SIZE) | (levels[pair >> 4] & 0xFF));
      }
      largest = IntStream.range(0, levels.length).map(code -> Math.abs(levels[code])).max().orElse(0);
    }

    /** What a code stands for. */
    public float number(int code) {
      return numbers[code];
    }

    /** The integer that is nearest to {@code number(code) / unit()}. */
    public byte level(int code) {
      return levels[code];
    }

    /** What a level of 1 stands for. */
    public float unit() {
      return unit;
    }

    /** The largest magnitude of a level. */
    public int largestLevel() {
      return largest;
    }
  }

  /**
   * Magnitudes that are quantized themselves.
   *
   * @param length magnitudes that share an outer one
   * @param offset added to all
   */
  public record Nested(int length, float offset) {}

  private final String id;
  private final long rows;
  private final int cols;
  private final Table table;
  private final int length;
  private final List<Nested> nested;
  private final ColumnGroups groups;

  /**
   * @param length values of a block
   * @param nested empty if magnitudes are floats, else one
   */
  public FlatBlockEncoding(String id, long rows, int cols, Table table, int length, List<Nested> nested) {
    this.id = id;
    this.rows = rows;
    this.cols = cols;
    this.table = table;
    this.length = length;
    this.nested = List.copyOf(nested);
    this.groups = ColumnGroups.ofLength(cols, length);
  }

  /** What the codes mean. */
  public Table table() {
    return table;
  }

  /** How magnitudes are quantized; empty if they are floats. */
  public Optional<Nested> nested() {
    return nested.stream().findFirst();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    MatrixEncoding.requireWithin(region, rows, cols, start, target.length);
    int at = start;
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      long block = -1;
      float magnitude = 0;
      for (int col = region.from(); col < region.from() + region.count(); col++) {
        long i = row * cols + col;
        if (i / length != block) {
          block = i / length;
          magnitude = magnitude(planes, block);
        }
        int pair = LittleEndian.unsignedByte(planes.getFirst(), i / 2);
        target[at++] = table.numbers[i % 2 == 0 ? pair >> 4 : pair & 15] * magnitude;
      }
    }
  }

  /** Empty if blocks cross the ends of rows, or rows the middle of bytes. */
  @Override
  public Optional<FloatCodes> floatCodes() {
    return cols % length == 0 && cols % 2 == 0 ? Optional.of(this) : Optional.empty();
  }

  /** Their levels; empty where there are no {@link #floatCodes} or blocks are no multiple of 16 values. */
  @Override
  public Optional<IntegerCodes> codes() {
    return floatCodes().isPresent() && groups.packedLength() > 0 ? Optional.of(new Levels()) : Optional.empty();
  }

  @Override
  public Type type() {
    return switch (table) {
      case NF4 -> Type.NF4;
      case FP4 -> Type.FP4;
    };
  }

  @Override
  public int groupLength() {
    return length;
  }

  @Override
  public long scaleRows() {
    return 1;
  }

  @Override
  public void scales(List<MemorySegment> planes, long row, int count, float[] target) {
    int groups = cols / length;
    long first = row * groups;
    if (nested.isEmpty()) {
      MemorySegment.copy(planes.get(1), LittleEndian.FLOAT, first * Float.BYTES, target, 0, count * groups);
      return;
    }
    float[] map = planes.get(2).toArray(LittleEndian.FLOAT);
    int outerLength = nested.getFirst().length;
    long outer = -1;
    float magnitude = 0;
    for (int i = 0; i < count * groups; i++) {
      if ((first + i) / outerLength != outer) {
        outer = (first + i) / outerLength;
        magnitude = planes.get(3).get(LittleEndian.FLOAT, outer * Float.BYTES);
      }
      target[i] = map[LittleEndian.unsignedByte(planes.get(1), first + i)] * magnitude + nested.getFirst().offset;
    }
  }

  /** The codes as levels, in groups of 32 or 16 columns. */
  private final class Levels implements LevelCodes {

    @Override
    public int groupLength() {
      return groups.packedLength();
    }

    @Override
    public int largest() {
      return table.largest;
    }

    @Override
    public byte level(int nibble) {
      return table.levels[nibble];
    }

    @Override
    public boolean isHighFirst() {
      return true;
    }

    @Override
    public float scale(List<MemorySegment> planes, long row, int col) {
      return magnitude(planes, (row * cols + col) / length) * table.unit;
    }

    @Override
    public void unpack(
        List<MemorySegment> planes, Region region, byte[] target, float[] targetScales, float[] minimums) {
      MatrixEncoding.requireWithin(region, rows, cols, 0, target.length);
      int at = 0;
      int group = 0;
      int end = region.from() + region.count();
      for (long row = region.row(); row < region.row() + region.rows(); row++) {
        for (int col = region.from(); col < end; col += groupLength()) {
          targetScales[group++] = scale(planes, row, col);
        }
        long first = (row * cols + region.from()) / 2;
        for (int i = 0; i < region.count(); i += 2, at += 2) {
          int levels = table.pairs[LittleEndian.unsignedByte(planes.getFirst(), first + i / 2)];
          target[at] = (byte) levels;
          target[at + 1] = (byte) (levels >> Byte.SIZE);
        }
      }
    }
  }

  private float magnitude(List<MemorySegment> planes, long block) {
    if (nested.isEmpty()) {
      return planes.get(1).get(LittleEndian.FLOAT, block * Float.BYTES);
    }
    int code = LittleEndian.unsignedByte(planes.get(1), block);
    float number = planes.get(2).get(LittleEndian.FLOAT, (long) code * Float.BYTES);
    float outer = planes.get(3).get(LittleEndian.FLOAT, block / nested.getFirst().length * Float.BYTES);
    return number * outer + nested.getFirst().offset;
  }

  @Override
  public String toString() {
    return id;
  }
}
