package io.gatun.safetensors;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What a safetensors file says about itself.
 *
 * <pre>  u64 length of the header   header, JSON, may end with spaces   tensor data
 *  {"__metadata__": {name: text, …}, name: {"dtype": …, "shape": […], "data_offsets": [begin, end]}, …} </pre>
 *
 * Offsets count from the end of the header, to the byte; tensors may have gaps between them and stand in any order.
 * Source: https://github.com/huggingface/safetensors, README.
 *
 * @param metadata texts of {@code __metadata__}
 */
record SafetensorsHeader(SequencedMap<String, String> metadata, List<StoredTensor> tensors) {
  static final String METADATA = "__metadata__";
  static final int LENGTH_BYTES = Long.BYTES;

  /** As the reference implementation has it. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  SafetensorsHeader {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /**
   * @param file what messages name
   * @param bytes the whole file
   * @throws FormatException if it is no well-formed safetensors file
   * @throws io.gatun.tensors.UnsupportedModelException if a tensor's type is unknown
   */
  static SafetensorsHeader parse(String file, MemorySegment bytes) {
    if (bytes.byteSize() < LENGTH_BYTES) {
      throw failure(file, "the file has %d bytes, expected at least 8; it is empty or truncated", bytes.byteSize());
    }
    long length = bytes.get(Layouts.LONG, 0);
    long room = bytes.byteSize() - LENGTH_BYTES;
    if (length < 2 || length > Math.min(room, MAX_HEADER_BYTES)) {
      throw failure(
          file,
          "the header has %s bytes, expected 2 to %d, and %d are there; the file is truncated or no safetensors file",
          Long.toUnsignedString(length),
          MAX_HEADER_BYTES,
          room);
    }
    var header = bytes.asSlice(LENGTH_BYTES, length);
    byte first = header.get(ValueLayout.JAVA_BYTE, 0);
    if (first != '{') {
      throw failure(file, "the header begins with byte %02x, expected {; it is no safetensors file", first);
    }
    var parsed = new HeaderParser(file, header, bytes.byteSize()).parse();
    requireApart(file, parsed.tensors);
    return parsed;
  }

  private static void requireApart(String file, List<StoredTensor> tensors) {
    var sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingLong(StoredTensor::start).thenComparingLong(StoredTensor::end));
    for (int i = 1; i < sorted.size(); i++) {
      var before = sorted.get(i - 1);
      var after = sorted.get(i);
      if (after.start() < before.end()) {
        throw failure(
            file,
            "tensor %s begins at byte %d, but tensor %s reaches to byte %d; they overlap",
            Shown.of(after.name()),
            after.start(),
            Shown.of(before.name()),
            before.end());
      }
    }
  }

  private static FormatException failure(String file, String problem, Object... values) {
    return new FormatException(file + ": " + problem.formatted(values));
  }
}
