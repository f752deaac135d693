package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An encoding whose matrix {@code [out, in]}, or experts {@code [n_expert, out, in]}, lies in several planes: codes,
 * scales, zero points. Unlike the encodings of the catalogue an instance belongs to one tensor: it knows the tensor's
 * dimensions and carries small tables that were derived from it (a permutation of the columns, group boundaries). The
 * planes stay as they are in the file; which ones there are, and in which order, says each encoding.
 *
 * <p>A row is an output, whatever the order in the file; rows of experts are counted through. Columns are in the order
 * of the layer's input, but for {@link #codes}, which has its own order.
 */
public non-sealed interface MatrixEncoding extends Encoding {

  /**
   * A part of a matrix: {@code count} columns from {@code from} on, of {@code rows} rows from {@code row} on.
   *
   * @param row among all rows of all experts
   */
  record Region(long row, int rows, int from, int count) {
    public Region {
      if (row < 0 || rows < 0 || from < 0 || count < 0) {
        throw new IllegalArgumentException("rows %d + %d, columns %d + %d".formatted(row, rows, from, count));
      }
    }

    /** The number of values, row after row. */
    public int values() {
      return Math.multiplyExact(rows, count);
    }
  }

  /**
   * Decodes a region, row after row: the truth that kernels are measured against.
   *
   * @param planes of the tensor, in this encoding's order
   * @param target receives {@link Region#values} values from {@code start} on
   * @throws IndexOutOfBoundsException if the region leaves the matrix or the array
   */
  void decode(List<MemorySegment> planes, Region region, float[] target, int start);

  /** Rows that are best decoded together, beginning at a multiple of it; 1 if each stands alone. */
  default int rowStep() {
    return 1;
  }

  /** The matrix as integer codes with scales, where it is that. */
  default Optional<IntegerCodes> codes() {
    return Optional.empty();
  }

  /** The matrix as codes of floats with scales, where it is that. */
  default Optional<FloatCodes> floatCodes() {
    return Optional.empty();
  }

  /** How the checkpoint wants the layer's input to be quantized; empty where it says nothing. */
  default Optional<ActivationScheme> activations() {
    return Optional.empty();
  }

  /** @throws UnsupportedOperationException always: a row is no run of blocks */
  @Override
  default int blockLength() {
    throw inPlanes();
  }

  /** @throws UnsupportedOperationException always: a row is no run of blocks */
  @Override
  default int blockBytes() {
    throw inPlanes();
  }

  /** @throws UnsupportedOperationException always: a row is no run of blocks */
  @Override
  default long bytes(long values) {
    throw inPlanes();
  }

  /** @throws UnsupportedOperationException always: see {@link #decode(List, Region, float[], int)} */
  @Override
  default void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    throw inPlanes();
  }

  private UnsupportedOperationException inPlanes() {
    return new UnsupportedOperationException(id() + ": its matrix lies in planes, not in a run of blocks");
  }

  /** @throws IndexOutOfBoundsException if the region leaves the matrix or the array */
  static void requireWithin(Region region, long rows, int cols, int start, int length) {
    Objects.checkFromIndexSize(region.row, region.rows, rows);
    Objects.checkFromIndexSize(region.from, region.count, cols);
    Objects.checkFromIndexSize(start, region.values(), length);
  }
}
