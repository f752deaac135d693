package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a matrix of some {@link RowForm} is in memory. Immutable.
 *
 * @param planes codes, scales, and what else is stored
 * @param rows that are stored
 * @param rowBytes bytes from row to row of the codes
 * @param scales bytes from row to row and from group to group of the scales
 * @param zeros the same of the zero points, of which eight rows or one have a row of words
 * @param groups of a row
 * @param copies how often the factors of a group are needed; those of the last one perhaps less often
 * @param factor of the scales
 * @param divisor of the scales
 * @param nested how scales are quantized; empty if they are not
 */
record RowPlanes(
    List<MemorySegment> planes,
    long rows,
    long rowBytes,
    Strides scales,
    Strides zeros,
    long groups,
    long copies,
    float factor,
    float divisor,
    Optional<FlatBlockEncoding.Nested> nested) {
  private static final int MAP = 2;

  /** Bytes from one row to the next, and from one group to the next. */
  record Strides(long row, long group) {}

  /** @param w a matrix of the form */
  static RowPlanes of(RowForm form, HostMatrix w) {
    return switch (w.encoding()) {
      case AffineEncoding affine -> of(form, w, affine);
      case LevelEncoding levels -> of(form, w, levels.length(), levels.scales(), Optional.empty());
      case FlatBlockEncoding flat -> {
        long groups = w.cols() / flat.groupLength();
        ScaleGrid grid = ScaleGrid.of(Encodings.F32, w.rows(), groups, 1).times(flat.table().unit());
        yield of(form, w, flat.groupLength(), grid, flat.nested());
      }
      default -> throw new IllegalArgumentException(w.toString());
    };
  }

  private static RowPlanes of(RowForm form, HostMatrix w, AffineEncoding encoding) {
    long rowBytes =
        encoding.layout() instanceof PackedCodes packed ? packed.streamStride() * Integer.BYTES : w.cols();
    ScaleGrid grid = encoding.scales();
    long pieces = w.cols() / form.group();
    long copies = Math.clamp(Math.ceilDiv(encoding.groups().length(), form.group()), 1, pieces);
    return new RowPlanes(
        w.planes(),
        encoding.rows(),
        rowBytes,
        strides(form, grid),
        zeros(form, encoding),
        Math.ceilDiv(pieces, copies),
        copies,
        grid.factor(),
        grid.divisor(),
        Optional.empty());
  }

  /** Nibbles without zero points, whose rows follow without gaps. */
  private static RowPlanes of(
      RowForm form, HostMatrix w, long length, ScaleGrid grid, Optional<FlatBlockEncoding.Nested> nested) {
    return new RowPlanes(
        w.planes(),
        w.firstRow(w.experts()),
        w.cols() / 2,
        strides(form, grid),
        new Strides(0, 0),
        w.cols() / length,
        length / form.group(),
        grid.factor(),
        grid.divisor(),
        nested);
  }

  private static Strides strides(RowForm form, ScaleGrid grid) {
    long bytes = form.scales().bytes;
    return new Strides(grid.rowStride() * bytes, grid.groupStride() * bytes);
  }

  private static Strides zeros(RowForm form, AffineEncoding encoding) {
    if (!(encoding.zeros() instanceof ZeroPoints.Stored(PackedCodes packed))) {
      return new Strides(0, 0);
    }
    return form.zeros() == RowForm.Zeros.ACROSS
        ? new Strides(packed.wordStride() * Integer.BYTES, Integer.BYTES)
        : new Strides(packed.streamStride() * Integer.BYTES, 0);
  }

  /** Whether functions can read it; the map of nested scales is copied. */
  boolean isNative() {
    return IntStream.range(0, planes.size())
        .allMatch(i -> planes.get(i).isNative() || (nested.isPresent() && i == MAP));
  }

  /** Rows that are whole strips. */
  long wholeRows() {
    return rows / Emitter.ROWS * Emitter.ROWS;
  }

  /** How often factors of a strip are stored, those of all groups together. */
  long stored() {
    return groups * copies;
  }

  /** Where the codes of a row are, which others follow. */
  long codes(long row, long count) {
    return Weights.address(planes.getFirst(), row * rowBytes, count * rowBytes);
  }

  /** Where the scales of a row are, which others follow. */
  long scales(long row, long count) {
    return Weights.address(planes.get(1), row * scales.row, Math.max(1, count * scales.row));
  }

  /**
   * Where the zero points of a row are, which others follow; 0 if none are stored.
   *
   * @param words rows of words of eight rows; 0 if each row has its own
   */
  long zeros(long row, long count, int words) {
    if (zeros.row == 0) {
      return 0;
    }
    long first = words == 0 ? row : row / Emitter.ROWS * words;
    long rowsOfWords = words == 0 ? count : count / Emitter.ROWS * words;
    return Weights.address(planes.get(2), first * zeros.row, (rowsOfWords - 1) * zeros.row + 1);
  }
}
