package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.RowPacker.STEP;

/** Bytes whose low nibbles are the codes of the first half of a run and whose high nibbles are those of the second. */
final class NibbleQuads {
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
