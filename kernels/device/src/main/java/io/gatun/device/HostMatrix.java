package io.gatun.device;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.ByteCodes;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.FloatCodes;
import io.gatun.tensors.IntegerCodes;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.RowsEncoding;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A weight matrix where it lies in its checkpoint: the mapped bytes themselves. In a single plane rows follow each other
 * without gaps, experts likewise; in several planes they are where its {@link MatrixEncoding} says, which may have more
 * rows than the matrix. The bytes belong to the checkpoint. Immutable.
 *
 * @param name the tensor's
 * @param planes of all rows of all experts; one but for a {@link MatrixEncoding}
 * @param first which of the encoding's rows is the first of the matrix
 * @param rows of each expert
 * @param cols at most 2³¹ − 1
 * @param apart the experts where each lies by itself, with an encoding of its own; empty where they follow each other
 */
public record HostMatrix(
    String name,
    Encoding encoding,
    List<MemorySegment> planes,
    long first,
    long rows,
    long cols,
    int experts,
    List<HostMatrix> apart)
    implements Matrix {

  /**
   * @param weights {@code [in]}, {@code [out, in]} or {@code [n_expert, out, in]}
   * @throws UnsupportedModelException if the shape or the encoding is none that can be computed with
   */
  public static HostMatrix of(TensorData weights) {
    List<Long> shape = weights.shape();
    if (shape.isEmpty() || shape.size() > 3 || weights.cols() > Integer.MAX_VALUE) {
      throw new UnsupportedModelException(
          weights + ": expected [out, in] or [n_expert, out, in] with at most 2147483647 columns");
    }
    decodable(weights);
    int experts = shape.size() == 3 ? Math.toIntExact(shape.getFirst()) : 1;
    long rows = shape.size() == 1 ? 1 : shape.get(shape.size() - 2);
    List<HostMatrix> apart =
        shape.size() == 3 && weights.encoding() instanceof StackedEncoding stacked
            ? stacked.parts().stream().map(HostMatrix::of).toList()
            : List.of();
    return weights.encoding() instanceof RowsEncoding part
        ? new HostMatrix(weights.name(), part.whole(), weights.planes(), part.first(), rows, weights.cols(), 1, apart)
        : new HostMatrix(weights.name(), weights.encoding(), weights.planes(), 0, rows, weights.cols(), experts, apart);
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
    if (encoding instanceof MatrixEncoding) {
      return; // its container has held it against the planes
    }
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

  /** A matrix in a single plane. */
  public HostMatrix(String name, Encoding encoding, MemorySegment bytes, long rows, long cols, int experts) {
    this(name, encoding, List.of(bytes), 0, rows, cols, experts, List.of());
  }

  public HostMatrix {
    planes = List.copyOf(planes);
    apart = List.copyOf(apart);
    if (first < 0 || rows < 0 || cols < 1 || experts < 0) {
      throw new IllegalArgumentException("%s: [%d, %d, %d]".formatted(name, experts, rows, cols));
    }
  }

  /** The bytes of a matrix in a single plane. */
  public MemorySegment bytes() {
    return planes.getFirst();
  }

  /** Decodes {@code count} rows of an expert from {@code row} on to the start of {@code target}. */
  public void decode(int expert, long row, int count, float[] target) {
    if (encoding instanceof MatrixEncoding matrix) {
      matrix.decode(planes, region(expert, row, count), target, 0);
    } else {
      encoding.decode(bytes(), rowOffset(expert, row), target, 0, Math.toIntExact(count * cols));
    }
  }

  private MatrixEncoding.Region region(int expert, long row, int rowCount) {
    return new MatrixEncoding.Region(firstRow(expert) + row, rowCount, 0, (int) cols);
  }

  /** Which of the encoding's rows is the first of an expert; behind the last expert, the end of all rows. */
  public long firstRow(int expert) {
    return first + expert * rows;
  }

  /** Rows that are best decoded together. */
  public int rowStep() {
    return encoding instanceof MatrixEncoding matrix && first % matrix.rowStep() == 0 ? matrix.rowStep() : 1;
  }

  /** Its first rows, {@code count} at most; those of the first expert. */
  public HostMatrix first(long count) {
    return new HostMatrix(name, encoding, planes, first, Math.min(count, rows), cols, 1, List.of());
  }

  /** The integer codes of a matrix in several planes, where it is that. */
  public Optional<IntegerCodes> planeCodes() {
    return encoding instanceof MatrixEncoding matrix ? matrix.codes() : Optional.empty();
  }

  /** The matrix that holds an expert: its own where experts lie apart, else this one. */
  public HostMatrix holding(int expert) {
    return apart.isEmpty() ? this : apart.get(expert);
  }

  /** Whether the values are integer codes with scales, so that 8-bit activations can meet them; of all experts. */
  public boolean isInteger() {
    if (!apart.isEmpty()) {
      return apart.stream().allMatch(HostMatrix::isInteger);
    }
    return encoding instanceof QuantizedEncoding || planeCodes().isPresent();
  }

  /** The input feature of each column in the order of {@link #unpack}; empty if they are in order. Not to be changed. */
  public int[] permutation() {
    return planeCodes().map(IntegerCodes::permutation).orElseGet(() -> new int[0]);
  }

  /** The codes of floats of a matrix in several planes, where it is that. */
  public Optional<FloatCodes> floatCodes() {
    return encoding instanceof MatrixEncoding matrix ? matrix.floatCodes() : Optional.empty();
  }

  /** The codes as the bytes of the file, where they are that. */
  Optional<ByteCodes> byteCodes() {
    return planeCodes().flatMap(IntegerCodes::bytes);
  }

  /**
   * What the checkpoint prescribes of the activations that meet this matrix, where it is asked for; empty if it prescribes
   * nothing, or integers of a matrix that has none.
   */
  public Optional<ActivationScheme> prescribed(ActivationPrecision precision) {
    return precision == ActivationPrecision.NATIVE && encoding instanceof MatrixEncoding matrix
        ? matrix.activations().filter(scheme -> scheme instanceof ActivationScheme.Rounded || isInteger())
        : Optional.empty();
  }

  /** Columns that share a scale; only of {@linkplain #isInteger integer} matrices. */
  int groupLength() {
    return encoding instanceof QuantizedEncoding blocks ? blocks.groupLength() : codes().groupLength();
  }

  boolean hasMinimum() {
    return encoding instanceof QuantizedEncoding blocks ? blocks.hasMinimum() : codes().hasMinimum();
  }

  /** As {@link QuantizedEncoding#unpack}, of whole rows; each row begins with a group of its own. */
  void unpack(int expert, long row, int count, byte[] codes, float[] scales, float[] minimums) {
    unpack(region(expert, row, count), codes, scales, minimums);
  }

  /**
   * As {@link QuantizedEncoding#unpack} and {@link IntegerCodes#unpack}; each row begins with a group of its own.
   *
   * @param region of rows of all experts, which follow each other; whole blocks of one row, or whole rows
   */
  public void unpack(MatrixEncoding.Region region, byte[] codes, float[] scales, float[] minimums) {
    if (encoding instanceof QuantizedEncoding blocks) {
      long offset = region.row() * rowBytes() + blocks.bytes(region.from());
      blocks.unpack(bytes(), offset, region.values(), codes, scales, minimums);
    } else {
      codes().unpack(planes, region, codes, scales, minimums);
    }
  }

  private IntegerCodes codes() {
    return planeCodes().orElseThrow(() -> new IllegalArgumentException(this + ": has no integer codes"));
  }

  /** Bytes of a row. */
  public long rowBytes() {
    return encoding.bytes(cols);
  }

  /** Bytes from the start to a row of an expert. */
  public long rowOffset(int expert, long row) {
    return (firstRow(expert) + row) * rowBytes();
  }

  /** For messages: {@code blk.0.attn_q.weight q4_0 [64, 64]}. */
  @Override
  public String toString() {
    return experts == 1
        ? "%s %s [%d, %d]".formatted(name, encoding.id(), rows, cols)
        : "%s %s [%d, %d, %d]".formatted(name, encoding.id(), experts, rows, cols);
  }
}
