package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ2_XS block, 256 values in 16 groups, 74 bytes
 *   0        2                                   66               74
 *   +--------+-----------------------------------+----------------+
 *   | f16 d  | 32 × (u9 point | 7 signs≪9)       | 16 × u4 scale  |     x = (d·(2·scale[g] + 1)/8)·(±point)
 *   +--------+-----------------------------------+----------------+ </pre>
 *
 * Eight values are a point of a grid, {@link Signs} apart. Source: ggml-common.h block_iq2_xs.
 */
final class IQ2_XS extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int SCALE = 0;
  static final int POINTS = SCALE + 2;
  static final int SCALES = POINTS + VALUES / 8 * 2;
  static final int BYTES = SCALES + VALUES / GROUP / 2;

  static {
    assert BYTES == 74;
  }

  IQ2_XS() {
    super("iq2_xs", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int bits = Short.toUnsignedInt(source.get(SHORT, block + POINTS + i / 4));
    return Signs.apply(Signs.even(bits >> 9), Grid.POINTS[bits & 511]);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = LittleEndian.nibble(source, block + SCALES, group);
    return LittleEndian.half(source, block + SCALE) * ((2 * scale + 1) / 8f);
  }

  /** Made when first needed. Source: ggml-common.h iq2xs_grid. */
  private static final class Grid {
    static final long[] POINTS =
        Lattice.points(
            """
            VVVVUVVFQRVFAVRVVVBFQRAFAQBUURBAQQQAAQEAUFVFQRUVARQEAFBFQQAFAQQEAABAQQAQBQAAQAAAQFUFERQEARAAQEAF
            AQAEAABAEAAAAQAEAQAAAAAQAVRVUVBFQUAFAQBUURBAQQAAAVAAUBEAQAAAAQAAAFBFQQBFARAEAABAQQAAAQAAAAAAQAAE
            AAABAAAAAAAFBQAEQAAABAAAEQAAAAAABAAAAAAAAABAAAAAAABVVRBAQQAAAQAEUBAAQBAAEAAAABAAAAEAAAAEAABEQQBA
            AQAAAAAAQAAAAAQQAAAAEAABAAEAAAAAAAAQQQEEAAABABAABAAAAAAAABAAAQAAARAAAAAARAEAUFVFQVUFERQEAFBFQQAF
            AQBEAEBAQQFAAQAAAAAAQBVFARQEABAAAQAFARAEAAAAAEAAAQEAQBAAAAAAABQEABABAQEAAAAEEAAAQQBAAAAAQAAAAAAA
            AAAAAFBFQRAFAQAEAABAQQQABQAAAAAAQAAAABAAAAAAAEAFAQQEABBAAAABQQAAAAAAQBAAAAAAEAAAABAAAAQEQABAQAAA
            AAABAAAQQAEAAAAAAAAAAAAAAABAAABAQQAAARAQAAEAUAAAAAAAAAAAAAAAABAABAAAAAEAAUAAAAAAAAAAAAAEABABAAAA
            ABAAAAAAAAAAAAAAEAAAAAAAAAEAAAAAAAQAAAAAAAAABAAAABAQAAAAQBUFARUEAFAAAFAVAQAEEAQAAAAAAQAEAAAAQAEA
            QRRUABAAQABAAAAEAAAAAQAAAABAAAAEAAAAAAEAABAEAAQAAAEUAAAEBAAAAAAAAAAAAAAABAAAABAEBBAFAQAEAAEAAQAA
            AQAQAAAAAQAAAAAAAAAABABAAABEAAAAQRAAAAAAAAAAEAAAAAAUAAAAAAABAAAAAAAAAAAAAAQAAAAABAAAAAABAAAAAAAA
            EAAAABAAAAAARQEEBAAAAAAAAQAAAABAEAAAAEAUAQAQAAAAAQAEAAAAQAAAAABAAAAAAAAAAAAAAAAAAAAAAABAAAAEAEAA
            RQAAAAAAQBAEAAAAAAAABQAAAAAABQAAAAABAAE=
            """,
            8,
            8, 25, 43);

    private Grid() {}
  }
}
