package io.gatun.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The keys or the values of one layer inside a page of a {@link HostKvPool}, which has the picture. Immutable.
 *
 * @param order of the elements of a head
 * @param dim values per head and token
 * @param start bytes from the start of the page to head 0
 */
public record KvRegion(Order order, KvType type, int dim, long start) {
  /** Values that share a scale in q8_0. */
  public static final int RUN = 32;

  /** The order of a head's elements. */
  public enum Order {
    /** {@code [PAGE_TOKENS / 16][dim][16 keys]}. */
    KEYS_INTERLEAVED,
    /** {@code [PAGE_TOKENS][dim]}. */
    TOKEN_BY_TOKEN
  }

  /** Bytes from the start of the page to a head. */
  public long offset(int head) {
    return start + head * headBytes();
  }

  /** Bytes from the start of the page to a head's q8_0 scales. */
  public long scaleOffset(int head) {
    return offset(head) + codeBytes();
  }

  /** Scales per head and token, in q8_0. */
  public int runs() {
    return (dim + RUN - 1) / RUN;
  }

  /** Index of an element among those of its head, in the region's order; with {@link #runs} as width also of a scale. */
  public long index(int token, int i, int width) {
    return switch (order) {
      case KEYS_INTERLEAVED ->
          ((long) (token / HostKvPool.KEYS) * width + i) * HostKvPool.KEYS + token % HostKvPool.KEYS;
      case TOKEN_BY_TOKEN -> (long) token * width + i;
    };
  }

  private long headBytes() {
    return switch (type) {
      case F32, F16 -> codeBytes();
      case Q8_0 -> codeBytes() + aligned((long) KvPool.PAGE_TOKENS * runs() * Short.BYTES);
    };
  }

  private long codeBytes() {
    long elements = (long) KvPool.PAGE_TOKENS * dim;
    return switch (type) {
      case F32 -> aligned(elements * Float.BYTES);
      case F16 -> aligned(elements * Short.BYTES);
      case Q8_0 -> aligned(elements);
    };
  }

  private static long aligned(long bytes) {
    return (bytes + HostMemory.ALIGNMENT - 1) / HostMemory.ALIGNMENT * HostMemory.ALIGNMENT;
  }

  /** Stores a head of a token: {@code dim} values from {@code first} on. */
  void store(MemorySegment page, int head, int token, HostBuffer source, long first) {
    switch (type) {
      case F32 -> {
        for (int i = 0; i < dim; i++) {
          page.set(ValueLayout.JAVA_FLOAT, offset(head) + index(token, i, dim) * Float.BYTES, source.at(first + i));
        }
      }
      case F16 -> {
        for (int i = 0; i < dim; i++) {
          short half = Float.floatToFloat16(source.at(first + i));
          page.set(ValueLayout.JAVA_SHORT, offset(head) + index(token, i, dim) * Short.BYTES, half);
        }
      }
      case Q8_0 -> storeCodes(page, head, token, source, first);
    }
  }

  private void storeCodes(MemorySegment page, int head, int token, HostBuffer source, long first) {
    var values = new float[RUN];
    var codes = new byte[RUN];
    for (int run = 0; run < runs(); run++) {
      int length = Math.min(RUN, dim - run * RUN);
      Arrays.fill(codes, (byte) 0);
      source.copyTo(first + (long) run * RUN, values, length);
      short scale = Float.floatToFloat16(ScalarKernels.quantizeRun(values, codes, 0, length));
      page.set(ValueLayout.JAVA_SHORT, scaleOffset(head) + index(token, run, runs()) * Short.BYTES, scale);
      for (int i = 0; i < length; i++) {
        page.set(ValueLayout.JAVA_BYTE, offset(head) + index(token, run * RUN + i, dim), codes[i]);
      }
    }
  }

  /**
   * Decodes {@code tokens} tokens of a head, from {@code token} on, in the region's order, to the start of {@code
   * target}. Interleaved keys come in whole groups: {@code token} and {@code tokens} are multiples of 16.
   */
  void load(MemorySegment page, int head, int token, int tokens, float[] target) {
    long first = index(token, 0, dim);
    int count = tokens * dim;
    long offset = offset(head);
    switch (type) {
      case F32 -> MemorySegment.copy(page, ValueLayout.JAVA_FLOAT, offset + first * Float.BYTES, target, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[i] = Float.float16ToFloat(page.get(ValueLayout.JAVA_SHORT, offset + (first + i) * Short.BYTES));
        }
      }
      case Q8_0 -> {
        for (int t = token; t < token + tokens; t++) {
          loadCodes(page, head, t, target, first);
        }
      }
    }
  }

  private void loadCodes(MemorySegment page, int head, int token, float[] target, long first) {
    for (int run = 0; run < runs(); run++) {
      long scaleAt = scaleOffset(head) + index(token, run, runs()) * Short.BYTES;
      float scale = Float.float16ToFloat(page.get(ValueLayout.JAVA_SHORT, scaleAt));
      for (int i = run * RUN; i < Math.min(dim, (run + 1) * RUN); i++) {
        long index = index(token, i, dim);
        target[(int) (index - first)] = scale * page.get(ValueLayout.JAVA_BYTE, offset(head) + index);
      }
    }
  }
}
