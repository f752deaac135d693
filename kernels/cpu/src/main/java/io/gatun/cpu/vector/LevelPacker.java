package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.plain;

import io.gatun.device.HostMatrix;
import io.gatun.device.Scratch;
import io.gatun.tensors.LevelCodes;
import io.gatun.tensors.MatrixEncoding.Region;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Packs rows of nibbles that stand for levels, from the mapped bytes: a quad of codes is two bytes, which are looked up. Matrices on
 * the heap go the slow way. One for all matrices that are alike. Thread-safe.
 */
final class LevelPacker implements PanelPacker {
  private static final Map<Key, LevelPacker> ALL = new ConcurrentHashMap<>();

  private final UnpackingPacker any;

  /** By byte: the codes of its first and its second nibble. */
  private final int[] pairs = new int[1 << Byte.SIZE];

  private record Key(List<Byte> levels, boolean isHighFirst, UnpackingPacker any) {}

  private LevelPacker(Key key) {
    any = key.any;
    for (int pair = 0; pair < pairs.length; pair++) {
      int low = key.levels.get(pair & 15) & 0xFF;
      int high = key.levels.get(pair >> 4) & 0xFF;
      pairs[pair] = key.isHighFirst ? low << Byte.SIZE | high : high << Byte.SIZE | low;
    }
  }

  static LevelPacker of(LevelCodes codes, UnpackingPacker any) {
    List<Byte> levels = IntStream.range(0, 16).mapToObj(codes::level).toList();
    return ALL.computeIfAbsent(new Key(levels, codes.isHighFirst(), any), LevelPacker::new);
  }

  @Override
  public void pack(HostMatrix w, Region region, long panel, Scratch scratch) {
    if (!w.planes().getFirst().isNative()) {
      any.pack(w, region, panel, scratch);
      return;
    }
    var codes = (LevelCodes) w.planeCodes().orElseThrow();
    long rowBytes = w.cols() / 2;
    long offset = region.row() * rowBytes + region.from() / 2;
    long bytes = (region.rows() - 1) * rowBytes + region.count() / 2;
    long source = Lanes.address(w.planes().getFirst(), offset, bytes);
    int piece = PanelMap.piece(any.groupLength());
    for (int row = 0; row < region.rows(); row++) {
      put(source + row * rowBytes, region.count() / 8, panel + PanelMap.RAW + row * 4L);
      long target = panel + PanelMap.SCALES + row * 4L;
      float scale = 0;
      for (int col = 0; col < region.count(); col += piece, target += RowPacker.STEP) {
        if (col % any.groupLength() == 0) {
          scale = codes.scale(w.planes(), region.row() + row, region.from() + col);
        }
        RowPacker.put(scale, target);
      }
    }
    any.expand(panel, region.count() / 4);
  }

  /** Eight columns at a time: a group has a multiple of them. */
  private void put(long source, int words, long target) {
    int[] table = pairs;
    long from = source;
    long to = target;
    for (int i = 0; i < words; i++) {
      int bytes = MEMORY.get(INT, plain(from));
      long quads = plain(to);
      MEMORY.set(INT, quads, quad(table, bytes));
      MEMORY.set(INT, quads + RowPacker.STEP, quad(table, bytes >>> Short.SIZE));
      from += Integer.BYTES;
      to += 2 * RowPacker.STEP;
    }
  }

  private static int quad(int[] table, int bytes) {
    return table[bytes & 0xFF] | table[bytes >>> Byte.SIZE & 0xFF] << Short.SIZE;
  }
}
