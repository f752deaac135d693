package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A matrix in planes as small integer codes with one scale, and perhaps one minimum, per group of columns: what
 * {@link QuantizedEncoding} is for a matrix in blocks, so that kernels with 8-bit activations treat both alike.
 *
 * <p>Columns are in packed order, in which groups are contiguous. Where that is not the order of the layer's input,
 * {@link #permutation} says what to gather the activations by, once per input:
 *
 * <pre>  y[n] = Σ over packed columns r of (scale[r / groupLength] · code[r] + minimum[r / groupLength]) · x[permutation[r]]</pre>
 *
 * <p>Immutable and thread-safe.
 */
public interface IntegerCodes {

  /** Columns that share a scale and a minimum here, 16 or a multiple of it; longer groups in the file are repeated. */
  int groupLength();

  /** An upper bound of the magnitudes of codes, 128 at most. */
  int largest();

  /** Whether groups carry a minimum. If not, {@link #unpack} leaves {@code minimums} alone. */
  boolean hasMinimum();

  /** The input feature of each packed column; empty if they are in order. Not to be changed. */
  int[] permutation();

  /**
   * Splits a region into codes, scales and minimums, row after row.
   *
   * @param region of packed columns; begins at a multiple of {@link #groupLength}, and ends at one or at the last column
   * @param codes receives a code for each value, −128..127
   * @param scales receives a scale for each group; each row begins with a new one
   * @param minimums receives as many minimums
   */
  void unpack(
      List<MemorySegment> planes, MatrixEncoding.Region region, byte[] codes, float[] scales, float[] minimums);

  /** The codes as the bytes of the file, where they are that. */
  default Optional<ByteCodes> bytes() {
    return Optional.empty();
  }
}
