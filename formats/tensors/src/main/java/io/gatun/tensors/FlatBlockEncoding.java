package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * 4-bit codes of bitsandbytes: a table of 16 numbers, and a magnitude for each block. Codes and blocks run over the whole
 * matrix row after row, so a block may begin in one row and end in the next; the <em>high</em> nibble of a byte is first.
 *
 * <pre>  W[n][k] = table[code(i)] · magnitude(i / blockLength)        i = n · cols + k
 *  nested:  magnitude(j) = map[stored[j]] · outer[j / nestedLength] + offset </pre>
 *
 * Planes: codes, magnitudes (float32, or bytes if nested), and if nested the map of 256 floats and the outer magnitudes.
 */
public final class FlatBlockEncoding implements MatrixEncoding, FloatCodes {

  /** What the codes mean. */
  public enum Table {
    /** Quantiles of the normal distribution. Source: bitsandbytes, functional.py create_normal_map; QLoRA. */
    NF4(
        -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
        -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
        0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1),
    /** A sign, two bits of exponent, one of mantissa, over 12; not in the order of E2M1. */
    FP4(
        0, 1 / 192.0, 2 / 3.0, 1, 1 / 3.0, 1 / 2.0, 1 / 6.0, 1 / 4.0,
        -0.0, -1 / 192.0, -2 / 3.0, -1, -1 / 3.0, -1 / 2.0, -1 / 6.0, -1 / 4.0);

    @SuppressWarnings("ImmutableEnumChecker") // never written again
    private final float[] numbers;

    Table(double... numbers) {
      this.numbers = new float[numbers.length];
      for (int code = 0; code < numbers.length; code++) {
        this.numbers[code] = (float) numbers[code];
      }
    }

    /** What a code stands for. */
    public float number(int code) {
      return numbers[code];
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
