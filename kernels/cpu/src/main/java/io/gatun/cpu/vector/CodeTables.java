package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;

/** Tables from bits of a block to codes, read off the encoding itself; arithmetic on eight codes in a {@code long}. */
final class CodeTables {
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TOPS = 0x8080_8080_8080_8080L;

  /** By eight signs: a byte 1 where the sign is set. */
  private static final long[] NEGATIVE = negative();

  private CodeTables() {}

  /** Writes a number to the fields of a block that choose its first codes. */
  @FunctionalInterface
  interface Fields {
    void put(byte[] block, int number);
  }

  /** By number: the first eight codes of a block that is 0 but for the number. */
  static long[] eights(QuantizedEncoding encoding, int count, Fields fields) {
    int length = encoding.blockLength();
    int groups = length / encoding.groupLength();
    var codes = new byte[length];
    var first = MemorySegment.ofArray(codes);
    var table = new long[count];
    for (int number = 0; number < count; number++) {
      var block = new byte[encoding.blockBytes()];
      fields.put(block, number);
      encoding.unpack(MemorySegment.ofArray(block), 0, length, codes, new float[groups], new float[groups]);
      table[number] = first.get(Lanes.LONG, 0);
    }
    return table;
  }

  /** By number: the first four codes. */
  static long[] fours(QuantizedEncoding encoding, int count, Fields fields) {
    long[] table = eights(encoding, count, fields);
    for (int number = 0; number < count; number++) {
      table[number] &= 0xFFFF_FFFFL;
    }
    return table;
  }

  /** By byte: the code of its low nibble, and 32 bits on that of its high one. */
  static long[] nibbles(QuantizedEncoding encoding, int offset) {
    long[] codes = eights(encoding, 16, (block, nibble) -> block[offset] = (byte) nibble);
    var table = new long[256];
    for (int i = 0; i < table.length; i++) {
      table[i] = (codes[i & 15] & 0xFF) | ((codes[i >> 4] & 0xFF) << 32);
    }
    return table;
  }

  /** Four bytes by a table of {@link #nibbles}: a quad of the low nibbles' codes, and one of the high ones' above. */
  static long nibbleQuads(long[] table, long address) {
    int bytes = MEMORY.get(INT, address);
    return table[bytes & 0xFF]
        | (table[(bytes >> 8) & 0xFF] << 8)
        | (table[(bytes >> 16) & 0xFF] << 16)
        | (table[bytes >>> 24] << 24);
  }

  /** Eight codes, 1 to 127, with their signs. */
  static long signed(long codes, int signs) {
    long negative = NEGATIVE[signs & 0xFF];
    return (codes ^ (negative * 0xFF)) + negative;
  }

  /** Eight codes, 1 to 127, with seven signs given and the eighth such that an even number is set. */
  static long evenlySigned(long codes, int seven) {
    int signs = seven & 127;
    return signed(codes, signs | ((Integer.bitCount(signs) & 1) << 7));
  }

  /** Eight signed bytes, −126 to 127, less {@code amount}, 0 to 2: with their top bits flipped nothing is borrowed. */
  static long less(long codes, int amount) {
    return ((codes ^ TOPS) - ONES * amount) ^ TOPS;
  }

  private static long[] negative() {
    var table = new long[256];
    for (int signs = 0; signs < table.length; signs++) {
      table[signs] = Long.expand(signs, ONES);
    }
    return table;
  }
}
