package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ1_S block, 256 values in 8 groups, 50 bytes
 *   0        2                  34                                               50
 *   +--------+------------------+------------------------------------------------+
 *   | f16 d  | 32 × 8 low bits  | 8 × (4 × 3 high bits | u3 scale≪12 | shift≪15) |
 *   +--------+------------------+------------------------------------------------+
 *   x = (d·(2·scale[g] + 1))·(point ± 1/8), − where the group's shift is set </pre>
 *
 * Eight values are a point of a grid, of −1, 0 and 1, numbered by low and high bits. So that codes are integers they
 * are eight times as large and the scale an eighth, which is exact. Source: ggml-common.h block_iq1_s, ggml-quants.c
 * dequantize_row_iq1_s.
 */
final class IQ1_S extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int LOW = SCALE + 2;
  static final int HIGH = LOW + VALUES / 8;
  static final int BYTES = HIGH + VALUES / GROUP * 2;

  static {
    assert BYTES == 50;
  }

  IQ1_S() {
    super("iq1_s", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int low = LittleEndian.unsignedByte(source, block + LOW + i / 8);
    int group = source.get(SHORT, block + HIGH + i / GROUP * 2L);
    int high = (group >> (i % GROUP / 8 * 3)) & 7;
    return shifted(low | (high << 8), group < 0);
  }

  /** A point, times eight, and all ones or minus all ones; {@link IQ1_M} has the same grid. */
  static long shifted(int point, boolean down) {
    return Lanes8.minus(Grid.POINTS[point], down ? Grid.ZERO + 1 : Grid.ZERO - 1);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = (source.get(SHORT, block + HIGH + group * 2L) >> 12) & 7;
    return LittleEndian.half(source, block + SCALE) * ((2 * scale + 1) / 8f);
  }

  /** Its numbers are eight times the points', and above 0. Made when first needed. Source: ggml-common.h iq1s_grid. */
  private static final class Grid {
    static final int ZERO = 9;
    static final long[] POINTS =
        Lattice.points(
            """
            VSUUhaACQlEIRTGohiCKohoIKiAUhVAUgiBERSUVBaACgiCIGAAIgqADKqCIu6oKkKoLACIACqqMgqAIQFEIRSGIgFAUQlEI
            ijAImKAIgCoIRSEUhSBIQlUIRQEswqAgiiYAKiSoqqII4q8ICCgoAKACQiiqKCCogCAKmwi5uqggyq6Joq6qOnzr6rq7gg64
            IrrK0w6SAiIAIiCoiroKggIIACpK4KI7IiArogCBQIGqiigIIgEUhVAVgiAJRSFUhaAIAiOoOiCEgiBUQlEIoiAIlVAUAioI
            uKiCgKBIAiAIgqJoogIoqyoIhSAIgjAIRUAARSEUhaAAQlEARQEpggCKgioIoTAUBVAUgigIRSEUhSACAiCqKgAgErGKriio
            uqGqqHAAggoIAigiAoQAggBIgKDqsCqqwiCLuiLq2qeLi26okrAqqnKLikQMKiBIhEAoiioIqiDIzKIioq+aoOioAgACACqo
            iAAggKCLoqIouqCAgjIKur64uv7roqArogiKCijqogChMgIM+qTq3u8rqC6Nvn7r+vd/v+Z9ut5p+yf/vyb6EunhiiIQqr4O
            hKoIsqgLgq7/uiTpg4AEYixo8qgKpCsAAioICOKqEgACgioKpiDJgomQgigAogCMgBMAgggIAGyKqqq7Aqa+iqDKAoBrly7Q
            sukQghAuqt4oFdGlBAAKggCKgiAIAaEggqo5uiIyhKAJgBgAiqJiAoEURFEARSGsglAUQlEIqiAoqocKEioIRSEUBaAIQlEI
            RQEgAqBAoiIAiAAIoghqim64qqqAACAKguLIIiEIRFAUQlEJiiAVhVAUhgoIqioqgAAKQlEIRSGoAFAUQlEI4iCIggoYgioI
            qqKqirCLAgoqqiAogoCqCigIKACpiAIioL4LKLgIirpLsq7/uqT4rqogUihotqAw5oAKAigIImpigCAKAqqqK6rqoqmgoggI
            ECCgiiIAgg4ARSEUhaAKQFEIRSGpBgBKqgIIpQAQDUQUgigIRSEUBQAIgoKs8iAAAACqCigKuiDqogIAgkgJKOkUABFLRVEA
            RQGoAlAUQlEIiCQIiCgKQAgARQEUBaACQFEIRQE=
            """,
            8,
            ZERO - 8, ZERO, ZERO + 8);

    private Grid() {}
  }
}
