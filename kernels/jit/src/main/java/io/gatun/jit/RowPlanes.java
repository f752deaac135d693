package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Where a matrix of some {@link RowForm} is in memory. Immutable.
 *
 * @param planes codes, scales, and where they are stored zero points
 * @param rows that are stored
 * @param rowBytes bytes from row to row of the codes
 * @param scales bytes from row to row and from group to group of the scales
 * @param zeros the same of the zero points, of which eight rows or one have a row of words
 * @param groups of a row
 * @param runsOfGroup runs of 32 columns of a group; the last one may have fewer
 * @param divisor of the scales
 */
record RowPlanes(
    List<MemorySegment> planes,
    long rows,
    long rowBytes,
    Strides scales,
    Strides zeros,
    long groups,
    long runsOfGroup,
    float divisor) {

  /** Bytes from one row to the next, and from one group to the next. */
  record Strides(long row, long group) {}

  /** @param w a matrix of the form */
  static RowPlanes of(RowForm form, HostMatrix w) {
    var encoding = (AffineEncoding) w.encoding();
    long rowBytes =
        encoding.layout() instanceof PackedCodes packed ? packed.streamStride() * Integer.BYTES : w.cols();
    ScaleGrid grid = encoding.scales();
    long bytes = grid.type().blockBytes();
    long runs = w.cols() / QuantizedRows.RUN;
    long runsOfGroup = Math.clamp(Math.ceilDiv(encoding.groups().length(), QuantizedRows.RUN), 1, runs);
    return new RowPlanes(
        w.planes(),
        encoding.rows(),
        rowBytes,
        new Strides(grid.rowStride() * bytes, grid.groupStride() * bytes),
        zeros(form, encoding),
        Math.ceilDiv(runs, runsOfGroup),
        runsOfGroup,
        grid.divisor());
  }

  private static Strides zeros(RowForm form, AffineEncoding encoding) {
    if (!(encoding.zeros() instanceof ZeroPoints.Stored(PackedCodes packed))) {
      return new Strides(0, 0);
    }
    return form.zeros() == RowForm.Zeros.ACROSS
        ? new Strides(packed.wordStride() * Integer.BYTES, Integer.BYTES)
        : new Strides(packed.streamStride() * Integer.BYTES, 0);
  }

  boolean isNative() {
    return planes.stream().allMatch(MemorySegment::isNative);
  }

  /** Rows that are whole strips. */
  long wholeRows() {
    return rows / Emitter.ROWS * Emitter.ROWS;
  }

  /** Runs of the factors of a strip, of whole groups. */
  long runs() {
    return groups * runsOfGroup;
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
    if (planes.size() < 3) {
      return 0;
    }
    long first = words == 0 ? row : row / Emitter.ROWS * words;
    long rowsOfWords = words == 0 ? count : count / Emitter.ROWS * words;
    return Weights.address(planes.get(2), first * zeros.row, (rowsOfWords - 1) * zeros.row + 1);
  }
}
