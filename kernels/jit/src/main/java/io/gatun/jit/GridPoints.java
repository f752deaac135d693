package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;

/**
 * The points of a {@link GridBlock}, read off the encoding itself, as a table of bytes. Immutable.
 *
 * @param literal the table, between {@link #MARGIN} bytes that are read and not used
 * @param dimensions of a point: 4 or 8, and as many bytes
 */
record GridPoints(Literal literal, int dimensions) {
  /** Bytes before the first point, and behind the last. */
  static final int MARGIN = 16;

  /** Writes a number to the fields of a block that choose its first point. */
  @FunctionalInterface
  interface Numbering {
    void put(byte[] block, int number);
  }

  /**
   * @param count of points
   * @param more is added to their values
   */
  static GridPoints of(QuantizedEncoding encoding, int dimensions, int count, int more, Numbering number) {
    int length = encoding.blockLength();
    var codes = new byte[length];
    var factors = new float[length / encoding.groupLength()];
    var table = new byte[MARGIN + count * dimensions + MARGIN];
    for (int n = 0; n < count; n++) {
      var block = new byte[encoding.blockBytes()];
      number.put(block, n);
      encoding.unpack(MemorySegment.ofArray(block), 0, length, codes, factors, factors);
      for (int i = 0; i < dimensions; i++) {
        table[MARGIN + n * dimensions + i] = (byte) (codes[i] + more);
      }
    }
    return new GridPoints(Literal.table(table), dimensions);
  }
}
