package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** Q5_1: nibbles as in {@link PackIQ4_NL} and a fifth bit of each. */
final class PackQ5_1 extends RowPacker {
  PackQ5_1() {
    super(Encodings.Q5_1);
  }

  @Override
  void block(long block, long quads, long scales) {
    put(half(block), scales);
    putMinimum(half(block + 2), scales);
    NibbleQuads.put16(block + 8, MEMORY.get(INT, block + 4), 0, quads);
  }
}
