package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.RowPacker.STEP;

/** Bytes whose low nibbles are the codes of the first half of a run and whose high nibbles are those of the second. */
final class NibbleQuads {
  private static final long LOW = 0x0F0F_0F0F_0F0F_0F0FL;

  private NibbleQuads() {}

  /**
   * Sixteen bytes, 32 codes.
   *
   * @param table of {@link CodeTables#nibbles}
   * @param quads address of the place of the first four codes
   */
  static void put16(long[] table, long source, long quads) {
    for (int i = 0; i < 4; i++) {
      put(CodeTables.nibbleQuads(table, source + 4L * i), quads + i * STEP, 4 * STEP);
    }
  }

  /**
   * Sixteen bytes, 32 codes that are a nibble and a bit above it, less a number.
   *
   * @param high the upper bits, the first code's the lowest
   * @param less 0 to 31
   * @param quads address of the place of the first four codes
   */
  static void put16(long source, int high, int less, long quads) {
    for (int e = 0; e < 2; e++) {
      long bytes = MEMORY.get(LONG, source + 8L * e);
      long low = (bytes & LOW) | (CodeTables.spread(high >>> (8 * e)) << 4);
      long up = ((bytes >>> 4) & LOW) | (CodeTables.spread(high >>> (16 + 8 * e)) << 4);
      RowPacker.put(CodeTables.less(low, less), quads + 2L * e * STEP);
      RowPacker.put(CodeTables.less(up, less), quads + (4 + 2L * e) * STEP);
    }
  }

  /** Eight bytes, 16 codes. */
  static void put8(long[] table, long source, long quads) {
    put(CodeTables.nibbleQuads(table, source), quads, 2 * STEP);
    put(CodeTables.nibbleQuads(table, source + 4), quads + STEP, 2 * STEP);
  }

  private static void put(long lowAndHigh, long quads, long half) {
    MEMORY.set(INT, quads, (int) lowAndHigh);
    MEMORY.set(INT, quads + half, (int) (lowAndHigh >>> 32));
  }
}
