package io.gatun.cpu.vector;

import io.gatun.device.AttentionSpec;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.KvPool;
import io.gatun.device.KvRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The formulas in the documentation of {@link AttentionBlock}, {@link Exponential} and {@link Sums}, in scalar floats. */
final class AttentionFormula {

  private AttentionFormula() {}

  static float[] head(
      HostKvPool pool, int layer, int[] pages, AttentionSpec spec, HostBuffer q, int position, int head) {
    int headKv = head / (spec.headCount() / spec.headCountKv());
    int count = position + 1;
    int first = spec.first(position);
    var weights = new float[count];
    float sink = spec.sinks().length == 0 ? Float.NEGATIVE_INFINITY : spec.sinks()[head];
    float max = sink;
    for (int j = first; j < count; j++) {
      for (int d = 0; d < spec.keyDim(); d++) {
        long index = ((long) position * spec.headCount() + head) * spec.keyDim() + d;
        float factor = q.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index) * spec.scale();
        weights[j] = Math.fma(factor, element(pool, pool.keys(layer), pages, headKv, j, d), weights[j]);
      }
      weights[j] -= spec.slopes().length == 0 ? 0 : (position - j) * spec.slopes()[head];
      max = Math.max(max, weights[j]);
    }
    for (int j = first; j < count; j++) {
      weights[j] = ExponentialTest.scalar(weights[j] - max);
    }
    float total = sum(weights);
    total += sink == Float.NEGATIVE_INFINITY ? 0 : ExponentialTest.scalar(sink - max);
    var out = new float[spec.valueDim()];
    for (int i = 0; i < out.length; i++) {
      for (int j = first; j < count; j++) {
        out[i] = Math.fma(weights[j], element(pool, pool.values(layer), pages, headKv, j, i), out[i]);
      }
      out[i] /= total;
    }
    return out;
  }

  /** 16 partial sums; four of them that stand under each other, then the four that are left. */
  private static float sum(float[] x) {
    var partial = new float[16];
    for (int i = 0; i < x.length; i++) {
      partial[i % 16] += x[i];
    }
    double total = 0;
    for (int lane = 0; lane < 4; lane++) {
      total += (partial[lane] + partial[lane + 4]) + (partial[lane + 8] + partial[lane + 12]);
    }
    return (float) total;
  }

  private static float element(HostKvPool pool, KvRegion region, int[] pages, int head, int position, int i) {
    MemorySegment page = pool.page(pages[position / KvPool.PAGE_TOKENS]);
    int token = position % KvPool.PAGE_TOKENS;
    long index = region.index(token, i, region.dim());
    return switch (region.type()) {
      case F32 -> page.get(ValueLayout.JAVA_FLOAT, region.offset(head) + index * Float.BYTES);
      case F16 -> half(page, region.offset(head) + index * Short.BYTES);
      case Q8_0 -> {
        long scale = region.index(token, i / KvRegion.RUN, region.runs());
        yield half(page, region.scaleOffset(head) + scale * Short.BYTES)
            * page.get(ValueLayout.JAVA_BYTE, region.offset(head) + index);
      }
    };
  }

  private static float half(MemorySegment page, long offset) {
    return Float.float16ToFloat(page.get(ValueLayout.JAVA_SHORT, offset));
  }
}
