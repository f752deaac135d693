package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * SentencePiece's {@code precompiled_charsmap}: byte strings and what replaces them.
 *
 * <p>Four bytes with the length of a double array, the array (little-endian units of 32 bits), and the replacements, each
 * ended by a zero byte. A unit has a label in bits 0–7, bit 8 where a string ends, and its offset in bits 10–30, in units of
 * 256 if bit 9 is set; the unit of a value has bit 31 set. S. Kanda, Space- and time-efficient string dictionaries, 2018; the
 * library Darts-clone. Immutable.
 */
final class NormalizationMap {
  private static final String KEY = VocabularyReader.PREFIX + "precompiled_charsmap";
  private static final int LABEL = 0x8000_00FF;
  private static final int VALUE = 0x7FFF_FFFF;

  /** Which of several known strings that begin at a place counts. */
  private enum Length {
    SHORTEST,
    LONGEST
  }

  /** A string that the map knows, by its length, and where its replacement begins. */
  private record Found(int length, int replacement) {}

  private final String origin;
  private final ByteBuffer map;
  private final int units;
  /** Where the replacements begin. */
  private final int replacements;

  private NormalizationMap(String origin, ByteBuffer map, int arrayBytes) {
    this.origin = origin;
    this.map = map;
    this.units = arrayBytes / Integer.BYTES;
    this.replacements = Integer.BYTES + arrayBytes;
  }

  /**
   * The map of the metadata, empty if there is none.
   *
   * @throws FormatException if it holds other numbers than bytes, or its array does not fit into it
   */
  static Optional<NormalizationMap> of(Metadata metadata) {
    long[] numbers = metadata.optionalIntegers(KEY).orElse(new long[0]);
    if (numbers.length == 0) {
      return Optional.empty();
    }
    var bytes = new byte[numbers.length];
    for (int i = 0; i < bytes.length; i++) {
      if (numbers[i] < Byte.MIN_VALUE || numbers[i] > 0xFF) {
        throw malformed(metadata.origin(), "element %d is %d, expected a byte".formatted(i, numbers[i]));
      }
      bytes[i] = (byte) numbers[i];
    }
    return Optional.of(of(bytes, metadata.origin()));
  }

  /**
   * The map of these bytes.
   *
   * @throws FormatException if its array does not fit into it
   */
  static NormalizationMap of(byte[] bytes, String origin) {
    ByteBuffer map = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long array = bytes.length < Integer.BYTES ? -1 : Integer.toUnsignedLong(map.getInt(0));
    if (array < 0 || array + Integer.BYTES >= bytes.length) {
      throw malformed(origin, "an array of %d bytes in %d, expected replacements after it".formatted(array, bytes.length));
    }
    return new NormalizationMap(origin, map, (int) array);
  }

  /** A copy of the map as files have it. */
  byte[] bytes() {
    var bytes = new byte[map.capacity()];
    map.get(0, bytes);
    return bytes;
  }

  /**
   * Appends the replacement of the longest known string that begins at a place.
   *
   * @return the length of that string, 0 if there is none
   * @throws FormatException if the array leads out of itself
   */
  int replace(byte[] text, int from, ByteBuilder out) {
    Found found = find(text, from, Length.LONGEST);
    appendReplacement(found, out);
    return found.length();
  }

  /** Appends the replacement of the shortest known string that the text begins with; returns whether there is one. */
  boolean replaceByBegin(byte[] text, ByteBuilder out) {
    Found found = find(text, 0, Length.SHORTEST);
    appendReplacement(found, out);
    return found.length() > 0;
  }

  private void appendReplacement(Found found, ByteBuilder out) {
    if (found.length() > 0) {
      for (int at = replacements + found.replacement(); byteAt(at) != 0; at++) {
        out.add(byteAt(at));
      }
    }
  }

  private Found find(byte[] text, int from, Length wanted) {
    var found = new Found(0, 0);
    int node = units == 0 ? 0 : offset(unit(0));
    for (int at = from; units > 0 && at < text.length && text[at] != 0; at++) {
      node ^= text[at] & 0xFF;
      int unit = unit(node);
      if ((unit & LABEL) != (text[at] & 0xFF)) {
        break;
      }
      node ^= offset(unit);
      if (((unit >>> 8) & 1) != 0) {
        found = new Found(at + 1 - from, unit(node) & VALUE);
        if (wanted == Length.SHORTEST) {
          break;
        }
      }
    }
    return found;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  private int unit(int index) {
    if (index < 0 || index >= units) {
      throw malformed(origin, "its array leads to unit %d of %d".formatted(index, units));
    }
    return map.getInt(Integer.BYTES * (index + 1));
  }

  private byte byteAt(int index) {
    if (index < 0 || index >= map.capacity()) {
      throw malformed(origin, "a replacement leads to byte %d of %d".formatted(index, map.capacity()));
    }
    return map.get(index);
  }

  private static FormatException malformed(String origin, String found) {
    return new FormatException("%s: key %s: %s".formatted(origin, KEY, found));
  }
}
