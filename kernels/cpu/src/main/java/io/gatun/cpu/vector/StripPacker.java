package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.QuantizedEncoding;
import jdk.incubator.vector.FloatVector;

/**
 * Packs the encodings that have a {@link StripKernel}, whose pieces have a scale each; those on the heap the slow way.
 */
record StripPacker(QuantizedEncoding encoding, StripKernel kernel, PanelPacker unpacking) implements PanelPacker {

  @Override
  public void pack(HostMatrix w, Region region, long panel, Scratch scratch) {
    if (!w.bytes().isNative()) {
      unpacking.pack(w, region, panel, scratch);
      return;
    }
    int rows = region.rows();
    int cols = region.count();
    long offset = region.row() * w.rowBytes() + encoding.bytes(region.from());
    long strip = panel + PanelMap.RAW;
    int blocks = cols / encoding.blockLength();
    int pieces = cols / PanelMap.piece(encoding.groupLength());
    for (int row = 0; row < rows; row += COUNT) {
      int lanes = Math.min(COUNT, rows - row);
      long start = offset + row * w.rowBytes();
      long source = Lanes.address(w.bytes(), start, (lanes - 1) * w.rowBytes() + encoding.bytes(cols));
      long vector = panel + row / COUNT * BYTES;
      kernel.gather(source, w.rowBytes(), lanes, blocks, strip);
      kernel.expand(strip, blocks, vector + PanelMap.CODES);
      spread(strip + StripMap.SCALES, pieces, vector + PanelMap.SCALES);
      if (encoding.hasMinimum()) {
        spread(strip + StripMap.MINIMUMS, pieces, vector + PanelMap.MINIMUMS);
      }
    }
  }

  private static void spread(long source, int pieces, long target) {
    for (int piece = 0; piece < pieces; piece++) {
      FloatVector.fromMemorySegment(FLOATS, MEMORY, source + piece * BYTES, ORDER)
          .intoMemorySegment(MEMORY, target + 2L * piece * BYTES, ORDER);
    }
  }
}
