package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.Lanes.plain;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.ValueLayout;

/**
 * Packs an encoding from the mapped bytes: row by row the codes go to their places in quads of bytes,
 * which are then brought into the panel's form for all rows together. An encoding brings the decoding of a block, mostly
 * by {@link CodeTables}. Blocks on the heap go the slow way. Stateless and thread-safe.
 */
abstract class RowPacker implements PanelPacker {
  /** Bytes from a row's quad to its next one, and from the scale of a piece to that of the next. */
  static final long STEP = 4L * PanelMap.ROWS;

  private final QuantizedEncoding encoding;
  private final UnpackingPacker unpacking;

  /** @param encoding of groups of 16 or 32 */
  RowPacker(QuantizedEncoding encoding) {
    this.encoding = encoding;
    this.unpacking = UnpackingPacker.of(encoding, PanelCodes.of(encoding));
  }

  /**
   * Decodes a block of a row. Four codes are put at a time, with {@link #put}.
   *
   * @param block its address
   * @param quads address of the place of the first four codes; the next is a {@link #STEP} on
   * @param scales address of the place of the first group's scale; the next is a {@link #STEP} on. Minimums are put with
   *     {@link #putMinimum}, addressed as the scales
   */
  abstract void block(long block, long quads, long scales);

  @Override
  public final void pack(HostMatrix w, Region region, long panel, Scratch scratch) {
    if (!w.bytes().isNative()) {
      unpacking.pack(w, region, panel, scratch);
      return;
    }
    int rows = region.rows();
    int cols = region.count();
    long rowBytes = w.rowBytes();
    long offset = region.row() * rowBytes + encoding.bytes(region.from());
    long source = Lanes.address(w.bytes(), offset, (rows - 1) * rowBytes + encoding.bytes(cols));
    long quadSteps = encoding.blockLength() / 4 * STEP;
    long scaleSteps = encoding.blockLength() / encoding.groupLength() * STEP;
    int blocks = cols / encoding.blockLength();
    for (int row = 0; row < rows; row++) {
      long block = source + row * rowBytes;
      long quads = panel + PanelMap.RAW + row * 4L;
      long scales = panel + PanelMap.SCALES + row * 4L;
      for (int b = 0; b < blocks; b++) {
        block(plain(block), plain(quads), plain(scales));
        block += encoding.blockBytes();
        quads += quadSteps;
        scales += scaleSteps;
      }
    }
    unpacking.expand(panel, cols / 4);
  }

  /** Eight codes, to two quads. */
  static void put(long codes, long quads) {
    MEMORY.set(INT, quads, (int) codes);
    MEMORY.set(INT, quads + STEP, (int) (codes >>> 32));
  }

  static void put(float scale, long target) {
    MEMORY.set(FLOAT, target, scale);
  }

  /** @param scale where the scale of the minimum's group belongs */
  static void putMinimum(float minimum, long scale) {
    MEMORY.set(FLOAT, scale + (PanelMap.MINIMUMS - PanelMap.SCALES), minimum);
  }

  static float half(long address) {
    return Float.float16ToFloat(MEMORY.get(SHORT, address));
  }

  static int unsignedByte(long address) {
    return Byte.toUnsignedInt(MEMORY.get(ValueLayout.JAVA_BYTE, address));
  }
}
