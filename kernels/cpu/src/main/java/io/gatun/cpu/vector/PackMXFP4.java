package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.NibbleQuads.put16;

import io.gatun.tensors.Encodings;

/** MXFP4: a table of 16 levels and a power of two; nibbles lie as in {@link PackIQ4_NL}. */
final class PackMXFP4 extends RowPacker {
  PackMXFP4() {
    super(Encodings.MXFP4);
  }

  @Override
  void block(long block, long quads, long scales) {
    int exponent = unsignedByte(block);
    put(Float.intBitsToFloat(exponent < 2 ? 0x20_0000 << exponent : (exponent - 1) << 23), scales);
    put16(Table.CODES, block + 1, quads);
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.nibbles(Encodings.MXFP4, 1);

    private Table() {}
  }
}
