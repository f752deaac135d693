package io.gatun.cpu.vector;

import io.gatun.tensors.Encodings;

/** Q4_1: nibbles as in {@link PackIQ4_NL}. */
final class PackQ4_1 extends RowPacker {
  PackQ4_1() {
    super(Encodings.Q4_1);
  }

  @Override
  void block(long block, long quads, long scales) {
    put(half(block), scales);
    putMinimum(half(block + 2), scales);
    NibbleQuads.put16(block + 4, 0, 0, quads);
  }
}
