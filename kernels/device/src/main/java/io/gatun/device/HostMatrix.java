package io.gatun.device;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A weight matrix where it lies in its checkpoint: the mapped bytes themselves. Rows follow each other without gaps,
 * experts likewise. The bytes belong to the checkpoint. Immutable.
 *
 * @param name the tensor's
 * @param bytes of all rows of all experts
 * @param rows of each expert
 * @param cols at most 2³¹ − 1
 */
public record HostMatrix(String name, Encoding encoding, MemorySegment bytes, long rows, long cols, int experts)
    implements Matrix {

  /**
   * @param weights {@code [in]}, {@code [out, in]} or {@code [n_expert, out, in]}
   * @throws UnsupportedModelException if the shape or the encoding is none that can be computed with
   */
  public static HostMatrix of(TensorData weights) {
    List<Long> shape = weights.shape();
    if (shape.size() > 3 || weights.cols() > Integer.MAX_VALUE) {
      throw new UnsupportedModelException(
          weights + ": expected [out, in] or [n_expert, out, in] with at most 2147483647 columns");
    }
    decodable(weights);
    int experts = shape.size() == 3 ? Math.toIntExact(shape.getFirst()) : 1;
    long rows = shape.size() == 1 ? 1 : shape.get(shape.size() - 2);
    return new HostMatrix(weights.name(), weights.encoding(), weights.bytes(), rows, weights.cols(), experts);
  }

  /** @throws IllegalArgumentException if {@code matrix} is not in host memory */
  public static HostMatrix of(Matrix matrix) {
    if (matrix instanceof HostMatrix host) {
      return host;
    }
    throw new IllegalArgumentException(
        "matrix %s of %s: expected one that this device loaded".formatted(matrix.name(), matrix.getClass().getName()));
  }

  /** Decodes one block of zeros, so that an encoding without a decoder is found at load, and measures the bytes. */
  static void decodable(TensorData tensor) {
    Encoding encoding = tensor.encoding();
    if (tensor.planes().size() != 1) {
      throw new UnsupportedModelException(
          "%s: %d planes, expected one".formatted(tensor, tensor.planes().size()));
    }
    try {
      var block = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
      encoding.decode(block, 0, new float[encoding.blockLength()], 0, encoding.blockLength());
    } catch (UnsupportedModelException | UnsupportedOperationException e) {
      throw new UnsupportedModelException("%s: no kernel for this encoding: %s".formatted(tensor, e.getMessage()));
    }
    long bytes = Math.multiplyExact(tensor.rows(), encoding.bytes(tensor.cols()));
    if (tensor.bytes().byteSize() < bytes) {
      throw new IllegalArgumentException(
          "%s: %d bytes, expected %d".formatted(tensor, tensor.bytes().byteSize(), bytes));
    }
  }

  public HostMatrix {
    if (rows < 0 || cols < 1 || experts < 0) {
      throw new IllegalArgumentException("%s: [%d, %d, %d]".formatted(name, experts, rows, cols));
    }
  }

  /** Bytes of a row. */
  public long rowBytes() {
    return encoding.bytes(cols);
  }

  /** Bytes from the start to a row of an expert. */
  public long rowOffset(int expert, long row) {
    return (expert * rows + row) * rowBytes();
  }

  /** For messages: {@code blk.0.attn_q.weight q4_0 [64, 64]}. */
  @Override
  public String toString() {
    return experts == 1
        ? "%s %s [%d, %d]".formatted(name, encoding.id(), rows, cols)
        : "%s %s [%d, %d, %d]".formatted(name, encoding.id(), experts, rows, cols);
  }
}
