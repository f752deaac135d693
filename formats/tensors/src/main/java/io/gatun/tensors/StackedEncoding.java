package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrices of one shape that lie apart and are counted through as one: experts, which their file stores one by one.
 * Each has its own encoding; the planes are those of all of them, one matrix after the other. Nothing is copied.
 */
public final class StackedEncoding implements MatrixEncoding {
  private final List<TensorData> parts;

  private StackedEncoding(List<TensorData> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * The tensor {@code [n, …]} of {@code n} tensors {@code […]}.
   *
   * @throws IllegalArgumentException if there is none, or their shapes differ
   */
  public static TensorData stack(String name, List<TensorData> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one matrix");
    }
    List<Long> shape = parts.getFirst().shape();
    for (TensorData part : parts) {
      if (!part.shape().equals(shape)) {
        throw new IllegalArgumentException("%s: expected the shape of the others, %s".formatted(part, shape));
      }
    }
    var stacked = new ArrayList<Long>();
    stacked.add((long) parts.size());
    stacked.addAll(shape);
    List<MemorySegment> planes = parts.stream().flatMap(part -> part.planes().stream()).toList();
    return new TensorData(name, stacked, new StackedEncoding(parts), planes);
  }

  /** The matrices, in order. */
  public List<TensorData> parts() {
    return parts;
  }

  /** That of the first matrix. */
  @Override
  public String id() {
    return parts.getFirst().encoding().id();
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    int cols = Math.toIntExact(parts.getFirst().cols());
    long rows = parts.getFirst().rows();
    MatrixEncoding.requireWithin(region, rows * parts.size(), cols, start, target.length);
    var values = new float[cols];
    for (int i = 0; i < region.rows(); i++) {
      long row = region.row() + i;
      parts.get((int) (row / rows)).decode(row % rows, 1, values);
      System.arraycopy(values, region.from(), target, start + i * region.count(), region.count());
    }
  }
}
