package io.gatun.gguf;

import io.gatun.tensors.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the little-endian fields of one file after another. Every length and count is held against the bytes that are
 * left before anything is allocated or skipped. Confined to the thread that parses.
 */
final class Cursor {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int WINDOW_BYTES = 1 << 14;

  private final String file;
  private final MemorySegment bytes;
  private final int wordBytes;
  private String section = "header";
  private long position;
  /** Bytes from {@code windowStart} on, from which fields are put together: a cold JVM is slow to read them in place. */
  private byte[] window = {};
  private long windowStart;

  /**
   * @param file what messages name
   * @param wordBytes bytes of a length, count or dimension: 4 in version 1, 8 since
   */
  Cursor(String file, MemorySegment bytes, long position, int wordBytes) {
    this.file = file;
    this.bytes = bytes;
    this.position = position;
    this.wordBytes = wordBytes;
  }

  /** Names the part of the file that is read now, for messages. */
  void enter(String name) {
    section = name;
  }

  long position() {
    return position;
  }

  long remaining() {
    return bytes.byteSize() - position;
  }

  /** Bytes of a length, count or dimension. */
  int wordBytes() {
    return wordBytes;
  }

  byte i8() {
    return (byte) field(1);
  }

  short i16() {
    return (short) field(2);
  }

  int i32() {
    return (int) field(4);
  }

  long i64() {
    return field(8);
  }

  float f32() {
    return Float.intBitsToFloat(i32());
  }

  double f64() {
    return Double.longBitsToDouble(i64());
  }

  boolean bool() {
    byte stored = i8();
    if (stored != 0 && stored != 1) {
      throw failure("bool at byte %d is %d, expected 0 or 1".formatted(position - 1, Byte.toUnsignedInt(stored)));
    }
    return stored == 1;
  }

  int[] ints(int count) {
    return block(count, Integer.BYTES).toArray(INT);
  }

  float[] floats(int count) {
    return block(count, Float.BYTES).toArray(FLOAT);
  }

  /** A length, count or dimension, as an unsigned number that may not fit a {@code long}. */
  long size() {
    return wordBytes == 4 ? Integer.toUnsignedLong(i32()) : i64();
  }

  /**
   * A count of things that follow.
   *
   * @param what the things, for messages
   * @param bytesEach the least that each takes in the file
   * @param limit the most that is accepted whatever the size of the file
   */
  int count(String what, int bytesEach, int limit) {
    long at = position;
    long count = size();
    if (count < 0 || count > remaining() / bytesEach) {
      throw failure(
          "the number of %s at byte %d is %s, but the file has only %d more bytes; it is truncated or damaged"
              .formatted(what, at, Long.toUnsignedString(count), remaining()));
    }
    if (count > limit) {
      throw failure("the number of %s at byte %d is %d, expected at most %d".formatted(what, at, count, limit));
    }
    return (int) count;
  }

  /** Steps over a string of at most {@code limit} bytes; returns how many it has. */
  int skipString(int limit) {
    int length = count("bytes of a string", 1, limit);
    skip(length);
    return length;
  }

  /** The bytes of a string of at most {@code limit} bytes. */
  byte[] string(int limit) {
    int length = count("bytes of a string", 1, limit);
    return bytes.asSlice(take(length), length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** A string that names something: it must be UTF-8, not empty, and free of control characters. */
  String name(String what, int limit) {
    long at = position;
    byte[] stored = string(limit);
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(stored)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException("%s: %s: the %s at byte %d is no UTF-8".formatted(file, section, what, at), e);
    }
    if (name.isEmpty()) {
      throw failure("the %s at byte %d is empty".formatted(what, at));
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw failure("the %s at byte %d contains a control character".formatted(what, at));
    }
    return name;
  }

  /** Steps over {@code length} bytes that are there. */
  void skip(long length) {
    take(length);
  }

  /** The bytes from {@code from} to {@code to}, copied. */
  byte[] copy(long from, long to) {
    return bytes.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
  }

  /** An error in the part that is read now. */
  FormatException failure(String problem) {
    return new FormatException("%s: %s: %s".formatted(file, section, problem));
  }

  private MemorySegment block(int count, int bytesEach) {
    long length = (long) count * bytesEach;
    return bytes.asSlice(take(length), length);
  }

  /** An unsigned number of some bytes, the lowest first. */
  private long field(int length) {
    long at = take(length);
    if (at < windowStart || at + length > windowStart + window.length) {
      window = copy(at, Math.min(at + WINDOW_BYTES, bytes.byteSize()));
      windowStart = at;
    }
    int first = (int) (at - windowStart);
    long value = 0;
    for (int i = first + length - 1; i >= first; i--) {
      value = value << Byte.SIZE | (window[i] & 0xFF);
    }
    return value;
  }

  private long take(long length) {
    if (length > remaining()) {
      throw failure(
          "the file ends at byte %d, expected %d bytes at byte %d; it is truncated or damaged"
              .formatted(bytes.byteSize(), length, position));
    }
    long at = position;
    position += length;
    return at;
  }
}
