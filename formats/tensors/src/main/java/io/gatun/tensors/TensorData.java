package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A named tensor in a checkpoint: where its bytes are and what they mean. The bytes belong to the {@link Checkpoint}
 * and die with it.
 *
 * @param name as in the file, for example {@code blk.0.attn_q.weight}
 * @param shape dimensions, slowest first as NumPy writes them: {@code [out, in]}, {@code [n_expert, out, in]}; none for
 *     a single number
 * @param encoding what the bytes mean; rows (runs along the last dimension) are whole blocks
 * @param planes the byte ranges; one but for a {@link MatrixEncoding}
 */
public record TensorData(String name, List<Long> shape, Encoding encoding, List<MemorySegment> planes) {

  public TensorData {
    shape = List.copyOf(shape);
    planes = List.copyOf(planes);
    if (planes.isEmpty()) {
      throw new IllegalArgumentException(name + ": a tensor needs a plane");
    }
  }

  /** Values along the last dimension; 1 without dimensions. */
  public long cols() {
    return shape.isEmpty() ? 1 : shape.getLast();
  }

  /** The product of all dimensions but the last. */
  public long rows() {
    long rows = 1;
    for (long dim : shape.subList(0, Math.max(0, shape.size() - 1))) {
      rows = Math.multiplyExact(rows, dim);
    }
    return rows;
  }

  /** The number of values. */
  public long values() {
    return Math.multiplyExact(rows(), cols());
  }

  /**
   * Whether the shape is {@code expected}. Leading dimensions of 1 do not count on either side, since some writers spell
   * them out: {@code [1, 1, out, in]} is {@code [out, in]}.
   */
  public boolean hasShape(long... expected) {
    return withoutLeadingOnes(shape).equals(withoutLeadingOnes(Arrays.stream(expected).boxed().toList()));
  }

  private static List<Long> withoutLeadingOnes(List<Long> dims) {
    int first = 0;
    while (first < dims.size() && dims.get(first) == 1) {
      first++;
    }
    return dims.subList(first, dims.size());
  }

  /** The bytes of an encoding with a single plane: rows after each other, without gaps. */
  public MemorySegment bytes() {
    if (planes.size() != 1) {
      throw new IllegalStateException(name + ": " + encoding.id() + " has " + planes.size() + " planes");
    }
    return planes.getFirst();
  }

  /** Bytes of all planes. */
  public long byteSize() {
    return planes.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /**
   * Decodes whole rows, whatever the encoding.
   *
   * @param row among all {@link #rows}
   * @param rowCount rows to decode
   * @param target receives {@code rowCount · cols} values from its start on
   * @throws IndexOutOfBoundsException if the rows leave the tensor or the array
   */
  public void decode(long row, int rowCount, float[] target) {
    int cols = Math.toIntExact(cols());
    if (encoding instanceof MatrixEncoding matrix) {
      matrix.decode(planes, new MatrixEncoding.Region(row, rowCount, 0, cols), target, 0);
    } else {
      encoding.decode(bytes(), encoding.bytes(row * cols), target, 0, Math.multiplyExact(rowCount, cols));
    }
  }

  /** For messages: {@code blk.0.attn_q.weight q4_0 [64, 64]}. */
  @Override
  public String toString() {
    return name + " " + encoding.id() + " " + shape;
  }
}
