package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** Q5_0: nibbles as in {@link PackIQ4_NL} and a fifth bit of each, less 16. */
final class PackQ5_0 extends RowPacker {
  PackQ5_0() {
    super(Encodings.Q5_0);
  }

  @Override
  void block(long block, long quads, long scales) {
    put(half(block), scales);
    NibbleQuads.put16(block + 6, MEMORY.get(INT, block + 2), 16, quads);
  }
}
