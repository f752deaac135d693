package io.gatun.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Times work: for as long again as it is measured it runs beforehand, so that it has been compiled.
 *
 * @param time to measure for
 */
record Stopwatch(Duration time) {
  private static final int FEWEST_RUNS = 3;

  /** The median duration of a run, in seconds. */
  double seconds(Runnable work) {
    run(work);
    List<Long> nanos = run(work);
    Collections.sort(nanos);
    return nanos.get(nanos.size() / 2) / 1e9;
  }

  private List<Long> run(Runnable work) {
    var nanos = new ArrayList<Long>();
    long start = System.nanoTime();
    while (nanos.size() < FEWEST_RUNS || System.nanoTime() - start < time.toNanos()) {
      long before = System.nanoTime();
      work.run();
      nanos.add(System.nanoTime() - before);
    }
    return nanos;
  }
}
