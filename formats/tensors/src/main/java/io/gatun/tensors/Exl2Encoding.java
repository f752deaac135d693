package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * EXL2: input features sorted by importance, in groups whose codes have 2 to 8 bits, with 4-bit scales.
 *
 * <pre>
 *   plane 0   i32 [words, out]     codes; group g begins at word firstWord[g], dense along the packed features
 *   plane 1   i32 [groups, out/8]  scale codes c
 *   s = half( (c + 1)² · half( maximum[g] / 256 ) )       both rounded to float16, subnormal ones too
 *   W[n][k] = (code − 2^(bits − 1)) · s                   at packed feature position[k] </pre>
 *
 * Source: exllamav2, quantize and q_matrix.
 */
public final class Exl2Encoding implements MatrixEncoding, IntegerCodes {
  private static final int SCALE_CODES = 16;
  private static final PackedCodes.Order DENSE = PackedCodes.Order.DENSE;

  /**
   * A group.
   *
   * @param bits of its codes
   * @param firstWord row of the first plane where it begins
   * @param first packed feature
   * @param maximum of its scales, as float16 has it
   */
  public record Group(int bits, int firstWord, int first, float maximum) {}

  private final long rows;
  private final long stride;
  private final int[] position;
  private final int[] permutation;
  private final List<Group> groups;
  private final int[] groupOf;
  private final PackedCodes[] layouts;
  private final float[] scales;
  private final int packedLength;

  /**
   * @param rows outputs, at most {@code stride}
   * @param stride outputs that are stored, a multiple of 8
   * @param position the packed place of each input feature: a permutation; taken over
   * @param groups in packed order, without gaps
   */
  public Exl2Encoding(long rows, long stride, int[] position, List<Group> groups) {
    this.rows = rows;
    this.stride = stride;
    this.position = position;
    this.groups = List.copyOf(groups);
    this.permutation = new int[position.length];
    for (int feature = 0; feature < position.length; feature++) {
      permutation[position[feature]] = feature;
    }
    this.groupOf = new int[position.length];
    this.layouts = new PackedCodes[groups.size()];
    this.scales = new float[groups.size() * SCALE_CODES];
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      Arrays.fill(groupOf, group.first, position.length, g);
      layouts[g] = new PackedCodes(group.bits, DENSE, PackedCodes.Axis.COLUMNS, 1, stride);
      fillScales(g);
    }
    this.packedLength = multiplesOf(32) ? 32 : multiplesOf(16) ? 16 : 0;
  }

  private void fillScales(int group) {
    float unit = unit(groups.get(group));
    for (int c = 0; c < SCALE_CODES; c++) {
      scales[group * SCALE_CODES + c] = half((c + 1) * (c + 1) * unit);
    }
  }

  private static float half(float value) {
    return Float.float16ToFloat(Float.floatToFloat16(value));
  }

  private boolean multiplesOf(int run) {
    return groups.stream().allMatch(group -> group.first % run == 0);
  }

  /** The groups, in packed order. */
  public List<Group> groups() {
    return groups;
  }

  /** Outputs that are stored, a multiple of 8. */
  public long stride() {
    return stride;
  }

  /** Of a group, by its scale codes: {@code half(maximum / 256)}. */
  public static float unit(Group group) {
    return half(group.maximum / 256);
  }

  @Override
  public String id() {
    return "exl2";
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    MatrixEncoding.requireWithin(region, rows, position.length, start, target.length);
    int at = start;
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      for (int col = region.from(); col < region.from() + region.count(); col++) {
        int packed = position[col];
        target[at++] = code(planes.getFirst(), row, packed) * scale(planes.get(1), row, groupOf[packed]);
      }
    }
  }

  private int code(MemorySegment plane, long row, int packed) {
    int g = groupOf[packed];
    Group group = groups.get(g);
    return layouts[g].code(words(plane, group), row, packed - group.first) - center(group);
  }

  private MemorySegment words(MemorySegment plane, Group group) {
    return plane.asSlice(group.firstWord * stride * Integer.BYTES);
  }

  private static int center(Group group) {
    return 1 << (group.bits - 1);
  }

  private float scale(MemorySegment plane, long row, int group) {
    long word = group * (stride / 8) + row / 8;
    int code = plane.get(LittleEndian.INT, word * Integer.BYTES) >>> (4 * (int) (row % 8)) & 15;
    return scales[group * SCALE_CODES + code];
  }

  @Override
  public Optional<IntegerCodes> codes() {
    return packedLength == 0 ? Optional.empty() : Optional.of(this);
  }

  @Override
  public int groupLength() {
    return packedLength;
  }

  @Override
  public boolean hasMinimum() {
    return false;
  }

  @Override
  public int largest() {
    return groups.stream().mapToInt(Exl2Encoding::center).max().orElse(1);
  }

  @Override
  public int[] permutation() {
    return permutation;
  }

  @Override
  public void unpack(
      List<MemorySegment> planes, Region region, byte[] target, float[] targetScales, float[] minimums) {
    MatrixEncoding.requireWithin(region, rows, position.length, 0, target.length);
    int at = 0;
    int group = 0;
    int end = region.from() + region.count();
    for (long row = region.row(); row < region.row() + region.rows(); row++) {
      for (int packed = region.from(); packed < end; packed += packedLength) {
        int g = groupOf[packed];
        Group in = groups.get(g);
        targetScales[group++] = scale(planes.get(1), row, g);
        int count = Math.min(packedLength, end - packed);
        layouts[g].codes(words(planes.getFirst(), in), row, packed - in.first, count, center(in), target, at);
        at += count;
      }
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
