package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ3_S block, 256 values in 8 groups, 110 bytes
 *   0        2                  66                74               106             110
 *   +--------+------------------+-----------------+----------------+---------------+
 *   | f16 d  | 64 × 8 low bits  | 64 high bits    | 32 × 8 signs   | 8 × u4 scale  |
 *   +--------+------------------+-----------------+----------------+---------------+
 *   x = (d·(2·scale[g] + 1))·(±point) </pre>
 *
 * Four values are a point of a grid, numbered by low and high bits, {@link Signs} apart. Source: ggml-common.h
 * block_iq3_s.
 */
final class IQ3_S extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int LOW = SCALE + 2;
  static final int HIGH = LOW + VALUES / 4;
  static final int SIGNS = HIGH + VALUES / 4 / 8;
  static final int SCALES = SIGNS + VALUES / 8;
  static final int BYTES = SCALES + VALUES / GROUP / 2;

  static {
    assert BYTES == 110;
  }

  IQ3_S() {
    super("iq3_s", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int low = source.get(SHORT, block + LOW + i / 4);
    int high = LittleEndian.unsignedByte(source, block + HIGH + i / 32) >> (i % 32 / 4);
    int signs = LittleEndian.unsignedByte(source, block + SIGNS + i / 8);
    long first = Grid.POINTS[(low & 0xFF) | ((high & 1) << 8)];
    long second = Grid.POINTS[((low >> 8) & 0xFF) | ((high & 2) << 7)];
    return Signs.apply(signs, first | (second << 32));
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = LittleEndian.nibble(source, block + SCALES, group);
    return LittleEndian.half(source, block + SCALE) * (2 * scale + 1);
  }

  /** Made when first needed. Source: ggml-common.h iq3s_grid. */
  private static final class Grid {
    static final long[] POINTS =
        Lattice.points(
            """
            p1cjCKUKBZIXI4kiEAAiBKNJIhGkCgAJCCIFShAFgCIBiBIECQIAARQARQiiAEAIQAoAAgAEAAIVAEUIABEAABerBVIAUAIE
            SxECCQIFAEEBpBEECSABBJIJghECAAQBKBQACkQRAAACCQIFAAIAAAAAkQBQAAAACgUCIAIABAGrVYoFKgWAKQWJJBIEAgAA
            kgAKgQKIABIlAhQKBAFAAIIACSQCAAAkEAIEgAEIAAGFAAIAACACACACQAEIAQAABKoEKpQCCAIqEAoAAQABRAEEARQAAQAA
            AhGKAYogAAgIQgQCAAQRAAIFIAQQQAAIAEAAAAIAAAAKAAUgAAAAABEEkQQCAQABhAoEIQgiAAAKIQIIAYAEARAKBSIAAAAA
            BQAQgAEAAAKgAAIAAAAEAAAIABAAAAEAACEAAQgCAAAEEQQAkQRAECoEAgQAAAAEAQIIQQAIAACEAYAAEAIgCBIAAQRAAAAA
            AARAAAAKAAAAAAAABAAAABQABAAAAAAAACoACgAAAQABAIEAAAAQAAAEABAEIAQBARACAAEAAAAAACAACAAEAAkAABAAAAEA
            IAAAAAEAAAAACgAAAAAAAJEABUABEAQABAIQACgAAAASQQIBAAIAAAQAACQACAAAIggBAAABAAAAAAQABAAAAAQAAAIAAAAA
            AQAAAAAAAAA=
            """,
            4,
            1, 3, 5, 7, 9, 11, 13, 15);

    private Grid() {}
  }
}
