package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Small floats with a scale for the matrix, each row, or each block: FP8 and MXFP8. Planes: values, scales.
 *
 * <pre>  W[n][k] = value(n, k) · scale(n, k / length) </pre>
 */
public final class ScaledFloatEncoding implements MatrixEncoding, FloatCodes {

  /** How the values of an expert lie in their plane. */
  public enum Layout {
    /** {@code [out, in]} */
    ROWS,
    /** {@code [in, out]} */
    COLUMNS
  }

  private final String id;
  private final PlainEncoding type;
  private final Layout layout;
  private final long expertRows;
  private final long rows;
  private final int cols;
  private final int length;
  private final ScaleGrid scales;
  private final Optional<ActivationScheme> activations;

  /**
   * @param type of the values
   * @param expertRows rows of an expert; all of a plain matrix
   * @param rows of all experts
   * @param length columns that share a scale, ≥ 1
   */
  public ScaledFloatEncoding(
      PlainEncoding type,
      Layout layout,
      long expertRows,
      long rows,
      int cols,
      int length,
      ScaleGrid scales,
      Optional<ActivationScheme> activations) {
    this.id = type.id() + "-scaled";
    this.type = type;
    this.layout = layout;
    this.expertRows = expertRows;
    this.rows = rows;
    this.cols = cols;
    this.length = length;
    this.scales = scales;
    this.activations = activations;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Optional<ActivationScheme> activations() {
    return activations;
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    MatrixEncoding.requireWithin(region, rows, cols, start, target.length);
    int at = start;
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      for (int col = region.from(); col < region.from() + region.count(); col++) {
        float value = type.value(planes.getFirst(), index(row, col) * type.blockBytes());
        target[at++] = value * scales.at(planes.get(1), row, col / length);
      }
    }
  }

  @Override
  public Optional<FloatCodes> floatCodes() {
    boolean isKnown = type.equals(Encodings.F8_E4M3) || type.equals(Encodings.F8_E5M2);
    return layout == Layout.ROWS && isKnown ? Optional.of(this) : Optional.empty();
  }

  @Override
  public Type type() {
    return type.equals(Encodings.F8_E4M3) ? Type.E4M3 : Type.E5M2;
  }

  @Override
  public int groupLength() {
    return Math.min(length, cols);
  }

  @Override
  public long scaleRows() {
    return Math.min(scales.rowBlock(), expertRows);
  }

  @Override
  public void scales(List<MemorySegment> planes, long row, int count, float[] target) {
    int groups = Math.ceilDiv(cols, groupLength());
    for (int i = 0; i < count; i++) {
      scales.row(planes.get(1), row + i, groups, target, i * groups);
    }
  }

  private long index(long row, int col) {
    return switch (layout) {
      case ROWS -> row * cols + col;
      case COLUMNS -> (row / expertRows * cols + col) * expertRows + row % expertRows;
    };
  }

  @Override
  public String toString() {
    return id;
  }
}
