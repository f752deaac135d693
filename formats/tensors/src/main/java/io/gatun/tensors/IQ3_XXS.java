package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.INT;
import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ3_XXS block, 256 values in 8 groups, 98 bytes
 *   0        2                66                                              98
 *   +--------+----------------+-----------------------------------------------+
 *   | f16 d  | 64 × u8 point  | 8 × (4 × 7 signs, from the lowest | u4 scale) |
 *   +--------+----------------+-----------------------------------------------+
 *   x = (d·(2·scale[g] + 1)/4)·(±point) </pre>
 *
 * Four values are a point of a grid, {@link Signs} apart. Source: ggml-common.h block_iq3_xxs.
 */
final class IQ3_XXS extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int POINTS = SCALE + 2;
  static final int SIGNS = POINTS + VALUES / 4;
  static final int BYTES = SIGNS + VALUES / GROUP * 4;

  static {
    assert BYTES == 98;
  }

  IQ3_XXS() {
    super("iq3_xxs", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int pair = source.get(SHORT, block + POINTS + i / 4);
    int signs = source.get(INT, block + SIGNS + i / GROUP * 4L) >>> (i % GROUP / 8 * 7);
    return Signs.apply(Signs.even(signs), Grid.POINTS[pair & 0xFF] | (Grid.POINTS[(pair >> 8) & 0xFF] << 32));
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = source.get(INT, block + SIGNS + group * 4L) >>> 28;
    return LittleEndian.half(source, block + SCALE) * ((2 * scale + 1) / 4f);
  }

  /** Made when first needed. Source: ggml-common.h iq3xxs_grid. */
  private static final class Grid {
    static final long[] POINTS =
        Lattice.points(
            """
            FYoFAgQAACgKBSIFAhAAARUCBYoAggAgggUgAAAAAAEACACAEIAAKIIAAAQABAAAAAAAIAAAEAAAUQAACAACAAoFChWAAQAA
            BQIFAAAAAAAKBQIBAAAABAUAAQJAAEAAIgAAAAABAAAAABEAQAAAAiAAAAAAAAAAAAAEAAEAAAAFCkUCBAAAACoFAgEAAIgB
            BYIFgAEgAAACEQAAAAAAEQAAACAACAAACACAAAIAABAAAAAAAAAAAApAAAAgAAAAAgUKAAABIAQFAAECUAAAAAoBIAAABAAE
            AAIACAAAAAAAAAABgAAABEEABAAAIAAAABAAQAAACAAAAAAIAAABABCAAKAAiAAAAAAAAAAAABAAAAGAAQBBAIAAAAAgAAAA
            EAAAAAACEAAAACAACAAAAQAAAAAAAAAAIAUAAQAAAAAABAAAAgAAAUEAQAAAIAAAABAABAAAAAQEAAAAAAgAAAABiAAAAAAE
            BAAAAgAAAAAAAAAAAAEAAAAAEAAEAAAAAAAQAFAAEAAAAAIAAAACAACAAAAAABAAAAAAQQAAAAAAAAAAEAAAACAAAAAABAAA
            AAAACAAAAAAIAAIAAAAAAKgBAAQABAAAAABAAAEAAAAABAAAIAQAAAEgAAgAAAEAAAACAAIAAAAFABAAAAAAAAAAAAEAAAAA
            AAAAAAAAAAA=
            """,
            4,
            4, 12, 20, 28, 36, 44, 52, 62);

    private Grid() {}
  }
}
