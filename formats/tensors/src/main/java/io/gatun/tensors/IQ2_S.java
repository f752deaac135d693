package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ2_S block, 256 values in 16 groups, 82 bytes
 *   0        2                  34               66                     74               82
 *   +--------+------------------+----------------+----------------------+----------------+
 *   | f16 d  | 32 × 8 low bits  | 32 × 8 signs   | 32 × 2 high bits     | 16 × u4 scale  |
 *   +--------+------------------+----------------+----------------------+----------------+
 *   x = (d·(2·scale[g] + 1)/8)·(±point) </pre>
 *
 * Eight values are a point of a grid, numbered by low and high bits, {@link Signs} apart. Source: ggml-common.h
 * block_iq2_s.
 */
final class IQ2_S extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int SCALE = 0;
  static final int LOW = SCALE + 2;
  static final int SIGNS = LOW + VALUES / 8;
  static final int HIGH = SIGNS + VALUES / 8;
  static final int SCALES = HIGH + VALUES / 8 * 2 / 8;
  static final int BYTES = SCALES + VALUES / GROUP / 2;

  static {
    assert BYTES == 82;
  }

  IQ2_S() {
    super("iq2_s", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int low = LittleEndian.unsignedByte(source, block + LOW + i / 8);
    int high = (LittleEndian.unsignedByte(source, block + HIGH + i / 32) >> (i % 32 / 8 * 2)) & 3;
    int signs = LittleEndian.unsignedByte(source, block + SIGNS + i / 8);
    return Signs.apply(signs, Grid.POINTS[low | (high << 8)]);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = LittleEndian.nibble(source, block + SCALES, group);
    return LittleEndian.half(source, block + SCALE) * ((2 * scale + 1) / 8f);
  }

  /** Made when first needed. Source: ggml-common.h iq2s_grid. */
  private static final class Grid {
    static final long[] POINTS =
        Lattice.points(
            """
            VVVVUVVFVRUFEVVVUVBFVRQFFRRUURBQVQQAEREQUFVFVVVVFVRFUVBVVRRVVRRUURBAVQQAURQEUBAAQBVVEVVVURABAUAF
            VQREURBAQAAAARQQBRAAAABAAFRVUVFFVRUVURRUVVVFVRUFVRQAUBRBQQQFABQEAFBFVRRVVRRUURBAVRUFVRQEUBAAQBQF
            ARQEABAAAEBVUQRUURBAAQAAVRQEUBAAEAAABBAEABAABAAAAABUURVRQQUEAREAVFBBQAUFARQEABAQAFEEAQAABQBEVRQF
            VRQEUBAAQBQFARQEABEAAAAFAQAEAAQAAAAAERQAUBAAAEAAABUEAAAAAAAAEAAABEAAAAAEQAEAUFVVRVVVFRREUVBFVQVV
            VRRUURBAQRUEURQEUAAAQFVVVVRVUVBFQQBVVRRUURBQQQAAVRQEUBAAQAAAEBRVUVBFQQAEAQBUURBAQQAAAUAAUBAAQAAA
            AAAAAFBFVRVVVRRUUQBAVRUFVRQEUBAAQBQFARQEABQAAABVVRRUURBAQQAAVRQEUBAAQAAAABQEABEAAAAAAABUURBAQUAA
            AQAAUBAAQAAAAAAAABAAEAAAAABAAABERRUFURQEQBAAQBUFARQEABAAEAAEAQAEAAEAAAABURQEUBAAQAAAABQEABAQABAA
            BAAEAAAAAAAAABAAUBAAAAAAEAAAARAAAEAAAAAAAAAAAAAABAAAAABAQBVFERRUERBBAQBFVRRUUQBAQQBAERUAUBAAAAAA
            AFRVEVBFQQAFAQBUURBAQQAAAQEAUBAAUAAAAAAAABBBAQAFAQAAAEBAAQAAAQBAAAAAAAAABAAABUAAAAFFVRBUURBAQQAA
            ERQAUBAQAAAAABQEABAAAAAAAEBUURBAQQAAAUAAUBAAQAAAAAAAERAAAAAQABAAAABAQQAQAQAAAAAAUAAAAAARAAAAAAAA
            AAAAAAAAQAAAEREQVBAAAAAABAEAABAAAAQAAAAQBEAUAAAARAEAURAAQAAAAAABQBAAEAAAAAAAAAAAAAAAAAQAAAAAAEAA
            QAAAAAAAAAEAAAAAQAAABAAAQAEUAQAAABAAAAE=
            """,
            8,
            8, 25, 43);

    private Grid() {}
  }
}
