package io.gatun.bench;

import java.util.Locale;

/**
 * What a workload came to.
 *
 * @param seconds of one run
 * @param tier of the kernels
 */
record Figures(Workload workload, double seconds, Peaks peaks, String tier) {
  static final String HEADER =
      String.format(Locale.ROOT, "%-34s %10s %8s %8s %8s %8s  %s", "", "ms", "GMAC/s", "of peak", "GB/s", "of peak", "tier");

  double macsPerSecond() {
    return workload.macs() / seconds;
  }

  double bytesPerSecond() {
    return workload.bytes() / seconds;
  }

  /** Of the measured peak of its arithmetic, 0 to 1. */
  double shareOfMacs() {
    return macsPerSecond() / peaks.macs(workload.arithmetic());
  }

  /** Of the measured speed of reading, 0 to 1; more where the caches help. */
  double shareOfBytes() {
    return bytesPerSecond() / peaks.readBytes();
  }

  /** A line of the table; no multiply-accumulates where they are not what counts. */
  String line() {
    String macs =
        workload.macs() == 0
            ? String.format(Locale.ROOT, "%8s %8s", "", "")
            : String.format(Locale.ROOT, "%8.1f %7.0f%%", macsPerSecond() / 1e9, 100 * shareOfMacs());
    return String.format(
        Locale.ROOT,
        "%-34s %10.3f %s %8.2f %7.0f%%  %s",
        workload.name(),
        1e3 * seconds,
        macs,
        bytesPerSecond() / 1e9,
        100 * shareOfBytes(),
        tier);
  }
}
