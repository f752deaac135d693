package io.gatun.gguf;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/** Reads the table of tensors and checks that each lies inside the file, aligned, and beside the others. */
final class TensorInfoParser {
  /** The largest models with every expert apart have 50,000. */
  static final int MAX_TENSORS = 1 << 17;
  static final int MAX_DIMS = 4;

  /** ggml keeps 64 bytes, one of them for a terminating zero. */
  static final int MAX_NAME_BYTES = 63;

  /** The table's words, before it is known where the data begin. */
  private record Entry(String name, List<Long> dims, Encoding encoding, long offset, long bytes) {}

  private final String file;
  private final Cursor cursor;
  private final long fileBytes;

  TensorInfoParser(String file, Cursor cursor, long fileBytes) {
    this.file = file;
    this.cursor = cursor;
    this.fileBytes = fileBytes;
  }

  /** The least that an entry takes: an empty name, one dimension, type, offset. */
  static int minBytes(int wordBytes) {
    return wordBytes + 4 + wordBytes + 4 + 8;
  }

  List<TensorInfo> parse(int count, int alignment) {
    var entries = new ArrayList<Entry>();
    var names = new HashSet<String>();
    for (int i = 0; i < count; i++) {
      cursor.enter("tensor %d of %d".formatted(i + 1, count));
      String name = cursor.name("name", MAX_NAME_BYTES);
      cursor.enter("tensor " + Shown.of(name));
      if (!names.add(name)) {
        throw cursor.failure("occurs twice");
      }
      entries.add(entry(name));
    }
    long dataStart = Math.ceilDiv(cursor.position(), alignment) * alignment;
    var infos = new ArrayList<TensorInfo>();
    for (var entry : entries) {
      infos.add(place(entry, dataStart, alignment));
    }
    requireApart(infos);
    return infos;
  }

  private Entry entry(String name) {
    int dimCount = cursor.i32();
    if (dimCount < 1 || dimCount > MAX_DIMS) {
      throw cursor.failure(
          "has %s dimensions, expected 1 to %d".formatted(Integer.toUnsignedString(dimCount), MAX_DIMS));
    }
    var dims = new ArrayList<Long>();
    long values = 1;
    for (int i = 0; i < dimCount; i++) {
      long dim = cursor.size();
      if (dim <= 0 || dim > Long.MAX_VALUE / values) {
        throw cursor.failure(
            "dimension %d is %s, expected at least 1 and a product below 2^63"
                .formatted(i, Long.toUnsignedString(dim)));
      }
      values *= dim;
      dims.add(dim);
    }
    var encoding = GgmlTypes.encoding(cursor.i32(), file + ": tensor " + Shown.of(name));
    return new Entry(name, dims, encoding, cursor.i64(), bytes(dims, values, encoding));
  }

  private long bytes(List<Long> dims, long values, Encoding encoding) {
    if (dims.getFirst() % encoding.blockLength() != 0) {
      throw cursor.failure(
          "has rows of %d values, expected a multiple of the %d in a block of %s"
              .formatted(dims.getFirst(), encoding.blockLength(), encoding.id()));
    }
    if (values / encoding.blockLength() > Long.MAX_VALUE / encoding.blockBytes()) {
      throw cursor.failure("has dimensions %s: its size overflows 63 bits".formatted(dims));
    }
    return encoding.bytes(values);
  }

  private TensorInfo place(Entry entry, long dataStart, int alignment) {
    cursor.enter("tensor " + Shown.of(entry.name));
    if (Long.remainderUnsigned(entry.offset, alignment) != 0) {
      throw cursor.failure(
          "its offset %s is no multiple of the alignment %d"
              .formatted(Long.toUnsignedString(entry.offset), alignment));
    }
    long room = fileBytes - dataStart;
    if (entry.offset < 0 || entry.bytes > room || entry.offset > room - entry.bytes) {
      throw cursor.failure(
          "needs %d bytes (%s %s) at offset %s of the data, but the data end at %d; the file is truncated or damaged"
              .formatted(
                  entry.bytes,
                  entry.encoding.id(),
                  entry.dims,
                  Long.toUnsignedString(entry.offset),
                  Math.max(room, 0)));
    }
    return new TensorInfo(entry.name, entry.dims, entry.encoding, dataStart + entry.offset, entry.bytes);
  }

  private void requireApart(List<TensorInfo> infos) {
    var sorted = new ArrayList<>(infos);
    sorted.sort(Comparator.comparingLong(TensorInfo::start));
    for (int i = 1; i < sorted.size(); i++) {
      var before = sorted.get(i - 1);
      var after = sorted.get(i);
      if (after.start() < before.end()) {
        throw new FormatException(
            "%s: tensor %s begins at byte %d, but tensor %s reaches to byte %d; they overlap"
                .formatted(file, Shown.of(after.name()), after.start(), Shown.of(before.name()), before.end()));
      }
    }
  }
}
