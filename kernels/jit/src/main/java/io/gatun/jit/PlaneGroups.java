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
 * @param groups in packed order
 */
record PlaneGroups(
    PlaneForm form,
    List<MemorySegment> planes,
    long rows,
    long wordStride,
    long scaleStride,
    long zeroStride,
    List<Group> groups) {

  /**
   * Columns that share a scale.
   *
   * @param bits of a code
   * @param word the first row of words
   * @param run the first of {@code runs} runs of 32 columns
   * @param unit of squared scales
   */
  record Group(int bits, long word, long run, long runs, float unit) {}

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
    var groups = new ArrayList<Group>(stored.size());
    for (int g = 0; g < stored.size(); g++) {
      Exl2Encoding.Group group = stored.get(g);
      long end = g + 1 < stored.size() ? stored.get(g + 1).first() : w.cols();
      long run = group.first() / QuantizedRows.RUN;
      groups.add(
          new Group(group.bits(), group.firstWord(), run, end / QuantizedRows.RUN - run, Exl2Encoding.unit(group)));
    }
    long rows = encoding.stride();
    return new PlaneGroups(form, w.planes(), rows, form.codes().bytes(rows), form.scales().bytes(rows), 0, groups);
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
    long length = Math.ceilDiv(encoding.groups().length(), QuantizedRows.RUN);
    long words =
        switch (form.codes()) {
          case STREAMS -> layout.bits();
          case NIBBLES -> QuantizedRows.RUN;
        };
    var groups = new ArrayList<Group>();
    for (long run = 0; run < runs; run += length) {
      groups.add(new Group(layout.bits(), run * words, run, Math.min(length, runs - run), 0));
    }
    long scaleStride = encoding.scales().groupStride() * encoding.scales().type().blockBytes();
    return new PlaneGroups(
        form, w.planes(), encoding.rows(), wordStride * Integer.BYTES, scaleStride, zeroStride, groups);
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
    return groups.stream().mapToInt(Group::bits).max().orElseThrow();
  }

  /** Where the codes of a group are, from a row on; all that follow are there. */
  long codes(int group, long row) {
    Group g = groups.get(group);
    long words = g.runs * (form.codes() == PlaneForm.Codes.STREAMS ? g.bits : QuantizedRows.RUN);
    long last = (g.word + words - 1) * wordStride;
    return address(0, g.word * wordStride, last + form.codes().bytes(wholeRows())) + form.codes().bytes(row);
  }

  long scales(int group, long row) {
    long start = group * scaleStride;
    return address(1, start, start + form.scales().bytes(wholeRows())) + form.scales().bytes(row);
  }

  /** 0 if zero points are not stored. */
  long zeros(int group, long row) {
    if (zeroStride == 0) {
      return 0;
    }
    int bits = groups.get(group).bits;
    long start = group * zeroStride;
    return address(2, start, start + wholeRows() * bits / Byte.SIZE) + row * bits / Byte.SIZE;
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
