package io.gatun.tensors;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;

/**
 * Many strings in one array of bytes, decoded when asked for: a vocabulary of 250,000 tokens costs two arrays, not
 * 250,000 objects. As a {@link List} it shows malformed UTF-8 as U+FFFD; {@link #bytes} returns what is stored.
 *
 * <p>Immutable and thread-safe.
 */
public final class Utf8Strings extends AbstractList<String> implements RandomAccess {
  private final byte[] data;
  private final int[] ends;
  private final int prefix;

  /**
   * Takes over both arrays, which must not change any more.
   *
   * @param data the strings one after another, each behind {@code prefix} bytes that are not part of it
   * @param ends where each string ends in {@code data}
   * @param prefix bytes before each string, ≥ 0
   */
  public Utf8Strings(byte[] data, int[] ends, int prefix) {
    this.data = data;
    this.ends = ends;
    this.prefix = prefix;
    int from = 0;
    for (int end : ends) {
      if (end < from + prefix || end > data.length) {
        throw new IllegalArgumentException("a string ends at %d, expected %d to %d".formatted(end, from + prefix, data.length));
      }
      from = end;
    }
  }

  public static Utf8Strings of(List<String> strings) {
    return of(strings.size(), index -> strings.get(index).getBytes(StandardCharsets.UTF_8));
  }

  /** As many strings as {@code size}, of the bytes that {@code bytes} has for each index. */
  public static Utf8Strings of(int size, IntFunction<byte[]> bytes) {
    var data = new ByteArrayOutputStream();
    var ends = new int[size];
    for (int i = 0; i < size; i++) {
      data.writeBytes(bytes.apply(i));
      ends[i] = data.size();
    }
    return new Utf8Strings(data.toByteArray(), ends, 0);
  }

  /** A hash of some bytes: CRC-32C, for which a JVM has instructions even before it compiles. */
  public static int hash(byte[] bytes, int from, int to) {
    var hash = new CRC32C();
    hash.update(bytes, from, to - from);
    return (int) hash.getValue();
  }

  @Override
  public String get(int index) {
    int start = start(index);
    return new String(data, start, ends[index] - start, StandardCharsets.UTF_8);
  }

  /** The bytes of one string, as stored; a copy. */
  public byte[] bytes(int index) {
    return Arrays.copyOfRange(data, start(index), ends[index]);
  }

  /** Where a byte first is in one string, at {@code from} or later, counted from its begin; −1 if nowhere. */
  public int indexOf(int index, byte b, int from) {
    int start = start(index);
    for (int at = start + from; at < ends[index]; at++) {
      if (data[at] == b) {
        return at - start;
      }
    }
    return -1;
  }

  /** The number of bytes of one string. */
  public int length(int index) {
    return ends[index] - start(index);
  }

  /** As {@link #hash(byte[], int, int)}, of the bytes of one string from {@code from} to {@code to}. */
  public int hash(int index, int from, int to) {
    int start = start(index);
    return hash(data, start + from, start + to);
  }

  /** Whether one string has from {@code at} on the bytes of {@code bytes} from {@code from} to {@code to}. */
  public boolean matches(int index, int at, byte[] bytes, int from, int to) {
    int start = start(index) + at;
    int end = start + to - from;
    return end <= ends[index] && Arrays.equals(data, start, end, bytes, from, to);
  }

  /** Whether the bytes of one string are well-formed UTF-8, so that {@link #get} shows all of them. */
  public boolean isWellFormed(int index) {
    int at = start(index);
    int end = ends[index];
    while (at < end) {
      int width = data[at] >= 0 ? 1 : width(at, end);
      if (width == 0) {
        return false;
      }
      at += width;
    }
    return true;
  }

  /** The bytes of a character that is not ASCII, 0 if it is malformed. Source: The Unicode Standard, table 3-7. */
  private int width(int at, int end) {
    int lead = data[at] & 0xFF;
    int width = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (at + width > end) {
      return 0;
    }
    for (int i = 1; i < width; i++) {
      if ((data[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = width > 2 ? data[at + 1] & 0xFF : 0;
    boolean outside =
        switch (lead) {
          case 0xE0 -> second < 0xA0; // shorter forms exist
          case 0xED -> second > 0x9F; // surrogates
          case 0xF0 -> second < 0x90;
          case 0xF4 -> second > 0x8F; // past U+10FFFF
          default -> false;
        };
    return outside ? 0 : width;
  }

  @Override
  public int size() {
    return ends.length;
  }

  private int start(int index) {
    return (index == 0 ? 0 : ends[index - 1]) + prefix;
  }
}
