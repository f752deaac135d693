package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A matrix in planes as codes of 4 or 8 bits that stand for floats, row after row without gaps in its first plane, with a
 * scale for each group of columns: what kernels with float activations compute with.
 *
 * <pre>  W[n][k] = number(code(n, k)) · scale(n, k / groupLength)        rounded to float32 </pre>
 *
 * <p>Immutable and thread-safe.
 */
public interface FloatCodes {

  /** What codes mean. */
  enum Type {
    /** {@link FlatBlockEncoding.Table#NF4}; the high nibble of a byte is first. */
    NF4(4),
    /** {@link FlatBlockEncoding.Table#FP4}; the high nibble of a byte is first. */
    FP4(4),
    /** A sign, 4 bits of exponent with a bias of 7, 3 of mantissa; all ones of the last seven are NaN. */
    E4M3(8),
    /** The upper byte of a float16. */
    E5M2(8);

    private final int bits;

    Type(int bits) {
      this.bits = bits;
    }

    /** The width of a code. */
    public int bits() {
      return bits;
    }
  }

  Type type();

  /** Columns that share a scale, at most all of them. */
  int groupLength();

  /** Rows that share their scales, counted from the first row of an expert; 1 if each has its own. */
  long scaleRows();

  /**
   * The scales of rows.
   *
   * @param row among all rows of all experts
   * @param scales receives a scale for each group, row after row
   */
  void scales(List<MemorySegment> planes, long row, int count, float[] scales);
}
