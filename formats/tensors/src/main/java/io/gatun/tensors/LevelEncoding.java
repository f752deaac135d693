package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * E2M1 codes, the low nibble of a byte first, with a scale for each row and group of columns: MXFP4 and NVFP4 as
 * safetensors files have them. Planes: codes, scales.
 *
 * <pre>  W[n][k] = level(code(n, k)) · scale(n, k / length) </pre>
 *
 * Twice the levels are integers, so that kernels compute with codes and halved scales. Source: OCP Microscaling Formats
 * 1.0.
 */
public final class LevelEncoding implements MatrixEncoding, LevelCodes {
  /** The largest magnitude of {@link #twice}. */
  public static final int LARGEST = 12;

  private static final byte[] TWICE = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private final String id;
  private final long rows;
  private final ColumnGroups groups;
  private final PackedCodes codes;
  private final ScaleGrid scales;
  private final Optional<ActivationScheme> activations;

  /**
   * @param rows of all experts
   * @param cols a multiple of 8
   * @param length columns of a group, 16 or a multiple of it
   */
  public LevelEncoding(
      String id, long rows, int cols, int length, ScaleGrid scales, Optional<ActivationScheme> activations) {
    this.id = id;
    this.rows = rows;
    this.groups = ColumnGroups.ofLength(cols, length);
    this.codes = new PackedCodes(4, PackedCodes.Order.DENSE, PackedCodes.Axis.COLUMNS, cols / 8, 1);
    this.scales = scales;
    this.activations = activations;
  }

  /** Twice what a code stands for. */
  public static byte twice(int code) {
    return TWICE[code];
  }

  @Override
  public byte level(int nibble) {
    return TWICE[nibble];
  }

  @Override
  public boolean isHighFirst() {
    return false;
  }

  /** Half of what the file has. */
  @Override
  public float scale(List<MemorySegment> planes, long row, int col) {
    return scales.at(planes.get(1), row, groups.group(col)) / 2;
  }

  /** Where scales are. */
  public ScaleGrid scales() {
    return scales;
  }

  /** Columns of a group. */
  public int length() {
    return groups.length();
  }

  /** What all scales have in common, a factor or one over a divisor; 1 if they have nothing. */
  public float globalScale() {
    return scales.factor() / scales.divisor();
  }

  /** The same codes and scales, as if {@link #globalScale} were 1. */
  public LevelEncoding withoutGlobalScale() {
    return new LevelEncoding(id, rows, groups.cols(), groups.length(), scales.times(1).over(1), activations);
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
    MatrixEncoding.requireWithin(region, rows, groups.cols(), start, target.length);
    int at = start;
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      for (int col = region.from(); col < region.from() + region.count(); col++) {
        float level = SmallFloats.e2m1(codes.code(planes.getFirst(), row, col));
        target[at++] = level * scales.at(planes.get(1), row, groups.group(col));
      }
    }
  }

  @Override
  public Optional<IntegerCodes> codes() {
    return Optional.of(this);
  }

  @Override
  public int groupLength() {
    return groups.packedLength();
  }

  @Override
  public int largest() {
    return LARGEST;
  }

  @Override
  public void unpack(
      List<MemorySegment> planes, Region region, byte[] target, float[] targetScales, float[] minimums) {
    MatrixEncoding.requireWithin(region, rows, groups.cols(), 0, target.length);
    int at = 0;
    int group = 0;
    int end = region.from() + region.count();
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      for (int col = region.from(); col < end; col += groups.packedLength()) {
        targetScales[group++] = scale(planes, row, col);
      }
      codes.codes(planes.getFirst(), row, region.from(), region.count(), 0, target, at);
      for (int last = at + region.count(); at < last; at++) {
        target[at] = TWICE[target[at]];
      }
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
