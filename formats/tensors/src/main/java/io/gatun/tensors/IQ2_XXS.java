package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ2_XXS block, 256 values in 8 groups, 66 bytes
 *   0        2                                                             66
 *   +--------+-------------------------------------------------------------+
 *   | f16 d  | 8 × (4 × u8 point | 4 × 7 signs, from the lowest | u4 scale) |
 *   +--------+-------------------------------------------------------------+
 *   x = (d·(2·scale[g] + 1)/8)·(±point) </pre>
 *
 * Eight values are a point of a grid, {@link Signs} apart. Source: ggml-common.h block_iq2_xxs.
 */
final class IQ2_XXS extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int GROUPS = SCALE + 2;
  static final int BYTES = GROUPS + VALUES / 4;

  static {
    assert BYTES == 66;
  }

  IQ2_XXS() {
    super("iq2_xxs", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long group = source.get(LONG, block + GROUPS + i / GROUP * 8L);
    int eight = i % GROUP / 8;
    int point = (int) (group >>> (8 * eight)) & 0xFF;
    return Signs.apply(Signs.even((int) (group >>> (32 + 7 * eight))), Grid.POINTS[point]);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = LittleEndian.unsignedByte(source, block + GROUPS + group * 8L + 7) >> 4;
    return LittleEndian.half(source, block + SCALE) * ((2 * scale + 1) / 8f);
  }

  /** Made when first needed. Source: ggml-common.h iq2xxs_grid. */
  private static final class Grid {
    static final long[] POINTS =
        Lattice.points(
            """
            VRUUVRBEQUEABBREABAAAAAEQAAUAEAAAAAABAAAUBBAQREAARQEQFAEQAAQAAAFEAAAUAAAAQAAQAAAQRQEQBQUAAAEAAAE
            AAAEAAAAAAAABBAAAAAAAAAAABQEEBAAQAAEEQAEARAAQEAAAQAAAAAAAQQAAAAAABAEQARAAAAEAAAAABAAAAAQAAAAQAAQ
            AAAAAAAAAAAFAQAEAABAAAAAEQAAAAAAAAAAAQAAAABAAAAAAAAUBAAAAQABBQAAAAAAEBAAAAAAAFAAAAAAAAAAAABAQQAA
            AUAAAAAAQAAAAAQAQAAAAAAAAAAAAAAAQAAAQAAEAAAAAAAEAAAAAAAAAAAAAAAAAAAAAQAAAAAAUBBEQRAQARQEABAAQAAA
            AAREAABAQAAAQEAAAQAAQBAAAQAAABAAEAAABBAAAAAAAAAAAQAAAAAAAAAAABQEABABAAAAAAAEAAAAABABBAAAAAAAAAQA
            AAAEABBEUAAAAAAEAQAAAQAABAAAAAAAAQAAAAAAAABAAAAAAAAAAAAAQAEAAAEAAAAAAAAAAAQAAAAAAQAAAAAEEAQAAAAE
            AAAAAAAAQAAAAAAAAAAEAAAAAAAAAAAAQQAAAQAAAQAAQAAAAABAAAAAAAAAQAAAABAAAAAAEQAAAAAAAAAAAAAUAAAAAAAE
            AAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQEEAAAQAAEAAAAAEQAAEAAAAAAAAAAQAAAAAAAAA
            ABREABAAQAAAAAAEAAAABAAAABAAAAQAQAAAAQAAAEAAAAAAAAAAAAAAAQAAAAAAAAAAAAABAAAAAAAAAAAEARAEAAAAAAAB
            AEAAAAAAQAAAAAAAAAABAAAAAAAEAEAAAQAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAQAAAAAAAAAA
            AAAAAAAAAAAABAAAABAAAAQAAAABAAAAAAAAAAAEAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            AAAEAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAA=
            """,
            8,
            8, 25, 43);

    private Grid() {}
  }
}
