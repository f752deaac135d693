package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Some rows of a matrix in planes, which stay where they are: the query's rows of a tensor that holds query, key and
 * value.
 */
public final class RowsEncoding implements MatrixEncoding {
  private final MatrixEncoding whole;
  private final long first;
  private final long rows;
  private final int cols;

  private RowsEncoding(MatrixEncoding whole, long first, long rows, int cols) {
    this.whole = whole;
    this.first = first;
    this.rows = rows;
    this.cols = cols;
  }

  /**
   * @param tensor in the encoding {@link MatrixEncoding}, {@code [out, in]}
   * @param first of the rows
   * @throws IndexOutOfBoundsException if the tensor has not so many rows
   */
  public static TensorData of(TensorData tensor, long first, long rows) {
    if (!(tensor.encoding() instanceof MatrixEncoding whole)) {
      throw new IllegalArgumentException(tensor + ": expected a matrix in planes");
    }
    Objects.checkFromIndexSize(first, rows, tensor.rows());
    var encoding = new RowsEncoding(whole, first, rows, Math.toIntExact(tensor.cols()));
    return new TensorData(tensor.name(), List.of(rows, tensor.cols()), encoding, tensor.planes());
  }

  /** The encoding of the matrix that they are rows of. */
  public MatrixEncoding whole() {
    return whole;
  }

  /** Which row of that matrix is the first here. */
  public long first() {
    return first;
  }

  @Override
  public String id() {
    return whole.id();
  }

  @Override
  public void decode(List<MemorySegment> planes, Region region, float[] target, int start) {
    whole.decode(planes, inWhole(region), target, start);
  }

  private Region inWhole(Region region) {
    Objects.checkFromIndexSize(region.row(), region.rows(), rows);
    Objects.checkFromIndexSize(region.from(), region.count(), cols);
    return new Region(first + region.row(), region.rows(), region.from(), region.count());
  }

  /** That of the whole matrix where the rows begin at a multiple of it. */
  @Override
  public int rowStep() {
    return first % whole.rowStep() == 0 ? whole.rowStep() : 1;
  }

  @Override
  public Optional<IntegerCodes> codes() {
    return whole.codes().map(Codes::new);
  }

  @Override
  public Optional<ActivationScheme> activations() {
    return whole.activations();
  }

  /** The codes of these rows. */
  private final class Codes implements IntegerCodes {
    private final IntegerCodes all;

    Codes(IntegerCodes all) {
      this.all = all;
    }

    @Override
    public int groupLength() {
      return all.groupLength();
    }

    @Override
    public int largest() {
      return all.largest();
    }

    @Override
    public boolean hasMinimum() {
      return all.hasMinimum();
    }

    @Override
    public int[] permutation() {
      return all.permutation();
    }

    @Override
    public void unpack(
        List<MemorySegment> planes, Region region, byte[] codes, float[] scales, float[] minimums) {
      all.unpack(planes, inWhole(region), codes, scales, minimums);
    }
  }
}
