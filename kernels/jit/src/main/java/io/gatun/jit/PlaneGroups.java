package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.QuantizedRows;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.Exl2Encoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where a matrix of some {@link PlaneForm} is in memory. Immutable.
 *
 * @param form of the matrix
 * @param planes codes, scales, and where they are stored zero points
 * @param rows that are stored
 * @param wordStride bytes from a row of words of codes to the next
 * @param scaleStride bytes from group to group of the scales
 * @param zeroStride bytes from group to group of the zero points
 * @param stretches in packed order
 * @param units of squared scales, of each group; empty if scales are not squares
 */
record PlaneGroups(
    PlaneForm form,
    List<MemorySegment> planes,
    long rows,
    long wordStride,
    long scaleStride,
    long zeroStride,
    List<Stretch> stretches,
    List<Float> units) {

  /**
   * Neighbouring groups of columns, each of which share a scale, that are alike.
   *
   * @param bits of a code
   * @param group the first of {@code groups}
   * @param run the first of their runs of 32 columns
   * @param runs of each group
   * @param word the first row of words
   */
  record Stretch(int bits, int group, int groups, long run, long runs, long word) {

    /** Runs of all groups. */
    long allRuns() {
      return groups * runs;
    }
  }

  /** @param w a matrix of the form */
  static PlaneGroups of(PlaneForm form, HostMatrix w) {
    return switch (w.encoding()) {
      case Exl2Encoding exl2 -> of(form, w, exl2);
      case AffineEncoding affine -> of(form, w, affine);
      default -> throw new IllegalArgumentException(w + ": its rows do not lie side by side");
    };
  }

  private static PlaneGroups of(PlaneForm form, HostMatrix w, Exl2Encoding encoding) {
    List<Exl2Encoding.Group> stored = encoding.groups();
    var stretches = new ArrayList<Stretch>();
    for (int g = 0, next; g < stored.size(); g = next) {
      Exl2Encoding.Group first = stored.get(g);
      long runs = runs(stored, g, w.cols());
      next = g + 1;
      while (next < stored.size() && stored.get(next).bits() == first.bits() && runs(stored, next, w.cols()) == runs) {
        next++;
      }
      stretches.add(
          new Stretch(first.bits(), g, next - g, first.first() / QuantizedRows.RUN, runs, first.firstWord()));
    }
    long rows = encoding.stride();
    return new PlaneGroups(
        form,
        w.planes(),
        rows,
        form.codes().bytes(rows),
        form.scales().bytes(rows),
        0,
        stretches,
        stored.stream().map(Exl2Encoding::unit).toList());
  }

  private static long runs(List<Exl2Encoding.Group> groups, int group, long cols) {
    long end = group + 1 < groups.size() ? groups.get(group + 1).first() : cols;
    return (end - groups.get(group).first()) / QuantizedRows.RUN;
  }

  private static PlaneGroups of(PlaneForm form, HostMatrix w, AffineEncoding encoding) {
    var layout = (PackedCodes) encoding.layout();
    long wordStride =
        switch (form.codes()) {
          case STREAMS -> layout.wordStride();
          case NIBBLES -> layout.streamStride();
        };
    long zeroStride =
        encoding.zeros() instanceof ZeroPoints.Stored(PackedCodes packed) ? packed.streamStride() * Integer.BYTES : 0;
    long runs = w.cols() / QuantizedRows.RUN;
    long length = Math.clamp(Math.ceilDiv(encoding.groups().length(), QuantizedRows.RUN), 1, runs);
    int groups = (int) (runs / length);
    var stretches = new ArrayList<Stretch>();
    stretches.add(new Stretch(layout.bits(), 0, groups, 0, length, 0));
    long left = runs - groups * length;
    if (left > 0) {
      long run = groups * length;
      stretches.add(new Stretch(layout.bits(), groups, 1, run, left, run * words(form, layout.bits())));
    }
    long scaleStride = encoding.scales().groupStride() * encoding.scales().type().blockBytes();
    return new PlaneGroups(
        form, w.planes(), encoding.rows(), wordStride * Integer.BYTES, scaleStride, zeroStride, stretches, List.of());
  }

  /** Rows of words of a run. */
  private static int words(PlaneForm form, int bits) {
    return switch (form.codes()) {
      case STREAMS -> bits;
      case NIBBLES -> QuantizedRows.RUN;
    };
  }

  boolean isNative() {
    return planes.stream().allMatch(MemorySegment::isNative);
  }

  /** Rows that are whole steps. */
  long wholeRows() {
    int step = form.codes().step();
    return rows / step * step;
  }

  /** The width of the widest codes. */
  int widest() {
    return stretches.stream().mapToInt(Stretch::bits).max().orElseThrow();
  }

  /** Where the codes of a stretch are, from a row on; all that follow are there. */
  long codes(Stretch stretch, long row) {
    long last = stretch.word + stretch.allRuns() * words(form, stretch.bits) - 1;
    return address(0, stretch.word * wordStride, last * wordStride + form.codes().bytes(wholeRows()))
        + form.codes().bytes(row);
  }

  long scales(Stretch stretch, long row) {
    return factors(1, stretch, scaleStride, form.scales().bytes(wholeRows())) + form.scales().bytes(row);
  }

  /** 0 if zero points are not stored. */
  long zeros(Stretch stretch, long row) {
    return zeroStride == 0
        ? 0
        : factors(2, stretch, zeroStride, wholeRows() * stretch.bits / Byte.SIZE) + row * stretch.bits / Byte.SIZE;
  }

  private long factors(int plane, Stretch stretch, long stride, long bytes) {
    return address(plane, stretch.group * stride, (stretch.group + stretch.groups - 1) * stride + bytes);
  }

  /** @throws IllegalStateException if the checkpoint has been closed */
  private long address(int plane, long start, long end) {
    MemorySegment bytes = planes.get(plane);
    Objects.checkFromToIndex(start, end, bytes.byteSize());
    if (!bytes.scope().isAlive()) {
      throw new IllegalStateException("weights: their checkpoint is closed; keep it open while the device computes");
    }
    return bytes.address() + start;
  }
}
