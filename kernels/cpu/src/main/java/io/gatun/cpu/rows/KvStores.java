package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;
import static io.gatun.cpu.rows.Memory.SHORT;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRegion;
import io.gatun.device.KvRows;
import io.gatun.device.Scratch;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values into pages, to the last bit as {@link KvRegion} stores them. Plain loops, because the values of a key
 * lie 16 apart; what is faster than there is the addressing.
 */
final class KvStores {
  private static final int RUN = KvRegion.RUN;

  private KvStores() {}

  static void append(
      HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows, long from, long to, Scratch scratch) {
    KvLayout.Layer shape = pool.layout().layers().get(layer);
    int heads = shape.headCountKv();
    for (long r = from; r < to; r++) {
      int row = Math.toIntExact(r);
      int position = rows.positions()[row];
      long page = pool.page(rows.pages()[row][position / KvPool.PAGE_TOKENS]).address();
      int token = position % KvPool.PAGE_TOKENS;
      for (int head = 0; head < heads; head++) {
        long key = k.segment().address() + (r * heads + head) * shape.keyDim() * Float.BYTES;
        long value = v.segment().address() + (r * heads + head) * shape.valueDim() * Float.BYTES;
        store(pool.keys(layer), page, head, token, key);
        store(pool.values(layer), page, head, token, value);
      }
    }
  }

  private static void store(KvRegion region, long page, int head, int token, long source) {
    int dim = region.dim();
    long first = region.index(token, 0, dim);
    long spacing = spacing(region);
    long target = page + region.offset(head);
    switch (region.type()) {
      case F32 -> {
        for (int i = 0; i < dim; i++) {
          MEMORY.set(FLOAT, target + (first + i * spacing) * Float.BYTES, value(source, i));
        }
      }
      case F16 -> {
        for (int i = 0; i < dim; i++) {
          MEMORY.set(SHORT, target + (first + i * spacing) * Short.BYTES, Float.floatToFloat16(value(source, i)));
        }
      }
      case Q8_0 -> {
        long scales = page + region.scaleOffset(head) + region.index(token, 0, region.runs()) * Short.BYTES;
        for (int run = 0; run < region.runs(); run++) {
          int start = run * RUN;
          float scale = storeRun(source, start, Math.min(dim, start + RUN), target + first, spacing);
          MEMORY.set(SHORT, scales + run * spacing * Short.BYTES, Float.floatToFloat16(scale));
        }
      }
    }
  }

  /** Elements from a value to the next of the same token. */
  private static long spacing(KvRegion region) {
    return switch (region.order()) {
      case KEYS_INTERLEAVED -> HostKvPool.KEYS;
      case TOKEN_BY_TOKEN -> 1;
    };
  }

  /** Stores the codes of a run; returns its scale, NaN if a value is not finite. */
  private static float storeRun(long source, int start, int end, long target, long spacing) {
    float max = 0;
    for (int i = start; i < end; i++) {
      max = Math.max(max, Math.abs(value(source, i)));
    }
    float inverse = 127 / max;
    float scale = max < Float.POSITIVE_INFINITY ? max / 127 : Float.NaN;
    boolean zeros = Float.isNaN(scale) || Float.isInfinite(inverse);
    for (int i = start; i < end; i++) {
      byte code = zeros ? 0 : (byte) Math.rint(value(source, i) * inverse);
      MEMORY.set(ValueLayout.JAVA_BYTE, target + i * spacing, code);
    }
    return scale;
  }

  private static float value(long source, int i) {
    return MEMORY.get(FLOAT, source + (long) i * Float.BYTES);
  }
}
