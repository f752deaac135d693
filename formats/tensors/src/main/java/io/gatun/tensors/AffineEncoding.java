package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Integer codes with a scale, and perhaps a zero point, for each row and group of columns: GPTQ, AWQ, packed and unpacked
 * integers of compressed-tensors, LLM.int8().
 *
 * <pre>  W[n][k] = (code(n, k) − zero(n, g)) · scale(n, g)        g = group(k) </pre>
 *
 * Planes: codes, scales, and where they are stored the zero points or addends. The product is exact but for the rounding
 * to float32.
 */
public final class AffineEncoding implements MatrixEncoding, IntegerCodes {
  private static final int SIGNED = 128;

  private final String id;
  private final long rows;
  private final CodeLayout codes;
  private final ScaleGrid scales;
  private final ZeroPoints zeros;
  private final ColumnGroups groups;
  private final Optional<ActivationScheme> activations;

  /**
   * @param id as {@link Encoding#id}
   * @param rows of all experts
   * @param groups of all columns
   * @param activations empty where the checkpoint says nothing of them
   */
  public AffineEncoding(
      String id,
      long rows,
      CodeLayout codes,
      ScaleGrid scales,
      ZeroPoints zeros,
      ColumnGroups groups,
      Optional<ActivationScheme> activations) {
    this.id = id;
    this.rows = rows;
    this.codes = codes;
    this.scales = scales;
    this.zeros = zeros;
    this.groups = groups;
    this.activations = activations;
  }

  @Override
  public String id() {
    return id;
  }

  /** The width of a code. */
  public int bits() {
    return codes.bits();
  }

  /** Rows of all experts. */
  public long rows() {
    return rows;
  }

  /** Where codes are in the first plane. */
  public CodeLayout layout() {
    return codes;
  }

  /** Where scales are in the second plane. */
  public ScaleGrid scales() {
    return scales;
  }

  /** What is subtracted from codes. */
  public ZeroPoints zeros() {
    return zeros;
  }

  /** The groups of columns. */
  public ColumnGroups groups() {
    return groups;
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
      var current = new Group(planes, row);
      for (int col = region.from(); col < region.from() + region.count(); col++) {
        current.enter(groups.group(col));
        int code = codes.code(planes.getFirst(), row, col);
        target[at++] = (code - current.zero) * current.scale + current.addend;
      }
    }
  }

  /** The numbers that a row and a group of columns share, read when the group is entered. */
  private final class Group {
    private final List<MemorySegment> planes;
    private final long row;
    private int group = -1;
    float scale;
    int zero;
    float addend;

    Group(List<MemorySegment> planes, long row) {
      this.planes = planes;
      this.row = row;
    }

    void enter(int next) {
      if (next == group) {
        return;
      }
      group = next;
      scale = scales.at(planes.get(1), row, group);
      zero = 0;
      addend = 0;
      switch (zeros) {
        case ZeroPoints.Fixed fixed -> zero = fixed.zero();
        case ZeroPoints.Stored stored -> zero = stored.layout().code(planes.get(2), row, group);
        case ZeroPoints.Addends addends -> addend = addends.grid().at(planes.get(2), row, group);
      }
    }

    /** What is subtracted from codes so that the difference is a signed byte. */
    int offset() {
      return isWide() ? SIGNED : zero;
    }

    float minimum() {
      return isWide() ? (SIGNED - zero) * scale : addend;
    }
  }

  /** Whether codes less their zero points may be no signed bytes. */
  private boolean isWide() {
    return zeros instanceof ZeroPoints.Stored && codes.bits() == Byte.SIZE;
  }

  @Override
  public Optional<IntegerCodes> codes() {
    return groups.packedLength() == 0 ? Optional.empty() : Optional.of(this);
  }

  @Override
  public int groupLength() {
    return groups.packedLength();
  }

  @Override
  public boolean hasMinimum() {
    return zeros instanceof ZeroPoints.Addends || isWide();
  }

  @Override
  public int largest() {
    int most = (1 << codes.bits()) - 1;
    return isWide() ? SIGNED : zeros instanceof ZeroPoints.Fixed fixed ? Math.max(fixed.zero(), most - fixed.zero()) : most;
  }

  @Override
  public int[] permutation() {
    return groups.permutation();
  }

  @Override
  public void unpack(
      List<MemorySegment> planes, Region region, byte[] target, float[] targetScales, float[] minimums) {
    MatrixEncoding.requireWithin(region, rows, groups.cols(), 0, target.length);
    int at = 0;
    int group = 0;
    int end = region.from() + region.count();
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      var current = new Group(planes, row);
      for (int packed = region.from(); packed < end; packed += groups.packedLength()) {
        current.enter(groups.group(groups.column(packed)));
        targetScales[group] = current.scale;
        if (hasMinimum()) {
          minimums[group] = current.minimum();
        }
        group++;
        int count = Math.min(groups.packedLength(), end - packed);
        unpack(planes.getFirst(), row, packed, count, current.offset(), target, at);
        at += count;
      }
    }
  }

  /**
   * What a row and the group of a packed column share: a value is {@code (code − offset) · scale + minimum}.
   *
   * @param offset so that differences are signed bytes
   */
  public record Factors(int offset, float scale, float minimum) {}

  /**
   * The factors of a row and a column.
   *
   * @param packed the column in packed order
   */
  public Factors factors(List<MemorySegment> planes, long row, int packed) {
    var group = new Group(planes, row);
    group.enter(groups.group(groups.column(packed)));
    return new Factors(group.offset(), group.scale, group.minimum());
  }

  /** The input feature of a packed column. */
  public int column(int packed) {
    return groups.column(packed);
  }

  /** Codes of packed columns of a row, less an offset. */
  private void unpack(MemorySegment plane, long row, int packed, int count, int offset, byte[] target, int start) {
    if (groups.permutation().length == 0) {
      codes.codes(plane, row, packed, count, offset, target, start);
    } else {
      for (int i = 0; i < count; i++) {
        target[start + i] = (byte) (codes.code(plane, row, groups.column(packed + i)) - offset);
      }
    }
  }

  @Override
  public Optional<ByteCodes> bytes() {
    boolean areSigned = isWide() || (zeros instanceof ZeroPoints.Fixed fixed && fixed.zero() == SIGNED);
    return codes instanceof SignedBytes && areSigned && groups.sharedLength() > 0
        ? Optional.of(new Bytes())
        : Optional.empty();
  }

  /** The plane of codes itself. */
  private final class Bytes implements ByteCodes {
    @Override
    public int groupLength() {
      return groups.sharedLength();
    }

    @Override
    public void factors(List<MemorySegment> planes, long row, int count, float[] targetScales, float[] minimums) {
      int at = 0;
      for (long r = row; r < row + count; r++) {
        var current = new Group(planes, r);
        for (int group = 0; (long) group * groupLength() < groups.cols(); group++, at++) {
          current.enter(group);
          targetScales[at] = current.scale;
          if (hasMinimum()) {
            minimums[at] = current.minimum();
          }
        }
      }
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
