package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The tables of a {@link GridBlock}, one behind the other. Immutable.
 *
 * @param dimensions of a point: 4 or 8, and as many bytes
 * @param second where the second table begins, whose entries have eight bytes
 * @param areSigns whether these are 1 and −1, which multiply points, or are added to them
 */
record GridTables(Literal literal, int dimensions, int second, boolean areSigns) {

  /** Writes a number to the fields of a block that choose its first point. */
  @FunctionalInterface
  interface Numbering {
    void put(byte[] block, int number);
  }

  /** An entry of a second table. */
  @FunctionalInterface
  interface Entry {
    byte of(int number, int place);
  }

  /** Points read off the encoding itself, and {@code signs} of eight values: all, or seven after which an even number is set. */
  static GridTables signed(QuantizedEncoding encoding, int dimensions, int count, Numbering number, int signs) {
    byte[] points = points(encoding, dimensions, count, 0, number);
    return of(points, dimensions, 1 << signs, true, (n, place) -> (byte) (isSet(n, place, signs) ? -1 : 1));
  }

  private static boolean isSet(int number, int place, int signs) {
    int bits = place < signs ? number >> place : Integer.bitCount(number);
    return (bits & 1) == 1;
  }

  /** Points of eight read off the encoding itself, made larger, and what is added to all of their values. */
  static GridTables shifted(QuantizedEncoding encoding, int count, int more, Numbering number, int... shifts) {
    byte[] points = points(encoding, Long.BYTES, count, more, number);
    return of(points, Long.BYTES, shifts.length, false, (n, _) -> (byte) shifts[n]);
  }

  private static byte[] points(QuantizedEncoding encoding, int dimensions, int count, int more, Numbering number) {
    int length = encoding.blockLength();
    var codes = new byte[length];
    var factors = new float[length / encoding.groupLength()];
    var points = new byte[count * dimensions];
    for (int n = 0; n < count; n++) {
      var block = new byte[encoding.blockBytes()];
      number.put(block, n);
      encoding.unpack(MemorySegment.ofArray(block), 0, length, codes, factors, factors);
      for (int i = 0; i < dimensions; i++) {
        points[n * dimensions + i] = (byte) (codes[i] + more);
      }
    }
    return points;
  }

  private static GridTables of(byte[] points, int dimensions, int entries, boolean areSigns, Entry entry) {
    var bytes = new byte[points.length + entries * Long.BYTES];
    ByteBuffer tables = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).put(points);
    for (int number = 0; number < entries; number++) {
      for (int place = 0; place < Long.BYTES; place++) {
        tables.put(entry.of(number, place));
      }
    }
    return new GridTables(Literal.table(bytes), dimensions, points.length, areSigns);
  }
}
