package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.NibbleQuads.put8;

import io.gatun.tensors.Encodings;

/** NVFP4: the levels of MXFP4 in groups of 16, whose low nibbles are the first 8 values. */
final class PackNVFP4 extends RowPacker {
  PackNVFP4() {
    super(Encodings.NVFP4);
  }

  @Override
  void block(long block, long quads, long scales) {
    for (int g = 0; g < 4; g++) {
      int scale = unsignedByte(block + g);
      put(scale == 0x7F ? 0 : Float.intBitsToFloat((scale & 0x7F) << 20) * 0x1p119f, scales + g * STEP);
      put8(Table.CODES, block + 4 + 8L * g, quads + 4L * g * STEP);
    }
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.nibbles(Encodings.NVFP4, 4);

    private Table() {}
  }
}
