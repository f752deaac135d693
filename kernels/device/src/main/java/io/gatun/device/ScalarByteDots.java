package io.gatun.device;

import java.lang.foreign.ValueLayout;

/** Dot products one after the other. */
final class ScalarByteDots {
  private ScalarByteDots() {}

  static void run(ByteDots.Rows w, ByteDots.Rows x, int cols, int[] sums) {
    for (int r = 0; r < w.count(); r++) {
      for (int t = 0; t < x.count(); t++) {
        sums[r * x.count() + t] = dot(w, r, x, t, cols);
      }
    }
  }

  private static int dot(ByteDots.Rows w, int r, ByteDots.Rows x, int t, int cols) {
    long bytes = w.offset() + r * w.stride();
    long shorts = x.offset() + t * x.stride();
    int sum = 0;
    for (int i = 0; i < cols; i++) {
      sum += w.segment().get(ValueLayout.JAVA_BYTE, bytes + i)
          * x.segment().get(ValueLayout.JAVA_SHORT_UNALIGNED, shorts + 2L * i);
    }
    return sum;
  }
}
