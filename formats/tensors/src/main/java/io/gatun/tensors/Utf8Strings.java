package io.gatun.tensors;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

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
    var data = new ByteArrayOutputStream();
    var ends = new int[strings.size()];
    for (int i = 0; i < ends.length; i++) {
      data.writeBytes(strings.get(i).getBytes(StandardCharsets.UTF_8));
      ends[i] = data.size();
    }
    return new Utf8Strings(data.toByteArray(), ends, 0);
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

  @Override
  public int size() {
    return ends.length;
  }

  private int start(int index) {
    return (index == 0 ? 0 : ends[index - 1]) + prefix;
  }
}
