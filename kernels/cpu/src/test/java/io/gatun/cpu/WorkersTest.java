package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.conformance.Jvm;
import io.gatun.program.DispatchManyTimes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Isolated("it counts the threads of the JVM")
@Timeout(60)
class WorkersTest {

  static long crew() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("gatun-worker-") && thread.isAlive())
        .count();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyIndexIsDoneOnce(int threads) {
    try (var workers = new Workers(threads)) {
      assertEquals(threads, workers.threads());
      for (int count : new int[] {0, 1, 2, 15, 16, 17, 1000, 12345}) {
        for (int grain : new int[] {1, 16, 5000}) {
          var done = new AtomicIntegerArray(Math.max(1, count));
          workers.run(
              count,
              grain,
              (from, to, worker) -> {
                assertTrue(from % grain == 0 && (to % grain == 0 || to == count) && from < to, from + " to " + to);
                assertTrue(worker >= 0 && worker < threads);
                for (long i = from; i < to; i++) {
                  done.incrementAndGet((int) i);
                }
              });
          for (int i = 0; i < count; i++) {
            assertEquals(1, done.get(i), "index " + i + " of " + count);
          }
        }
      }
    }
  }

  @Test
  void manyDispatchesInARowAndAfterPauses() throws InterruptedException {
    try (var workers = new Workers(3)) {
      var sum = new AtomicLong();
      for (int i = 0; i < 100_000; i++) {
        workers.run(4, 1, (from, to, _) -> sum.addAndGet(to - from));
      }
      for (int i = 0; i < 50; i++) {
        Thread.sleep(1); // long enough for the crew to park
        workers.run(4, 1, (from, to, _) -> sum.addAndGet(to - from));
      }
      assertEquals(4 * 100_050L, sum.get());
    }
  }

  @Test
  void othersTakePart() {
    try (var workers = new Workers(2)) {
      Set<String> names = ConcurrentHashMap.newKeySet();
      var both = new CountDownLatch(2);
      workers.run(
          2,
          1,
          (_, _, worker) -> {
            names.add(worker + " " + Thread.currentThread().getName() + " " + Thread.currentThread().isDaemon());
            both.countDown();
            await(both);
          });
      assertTrue(names.contains("1 gatun-worker-1 true"), names.toString());
      assertEquals(2, names.size());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS), "the other worker never came");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The failing chunk is one that the caller waits for, so that it is a worker's or the caller's, by index. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anExceptionReachesTheCallerAndTheCrewGoesOn(int culprit) {
    try (var workers = new Workers(2)) {
      var failure = new IllegalArgumentException("chunk");
      for (int i = 0; i < 100; i++) {
        var both = new CountDownLatch(2);
        var thrown =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    workers.run(
                        2,
                        1,
                        (_, _, worker) -> {
                          both.countDown();
                          await(both);
                          if (worker == culprit) {
                            throw failure;
                          }
                        }));
        assertSame(failure, thrown);
      }
      var sum = new AtomicLong();
      workers.run(100, 1, (from, to, _) -> sum.addAndGet(to - from));
      assertEquals(100, sum.get());
      assertThrows(StackOverflowError.class, () -> workers.run(10, 1, (_, _, _) -> {
        throw new StackOverflowError();
      }));
      assertThrows(ArithmeticException.class, () -> workers.run(1, 1, (_, _, _) -> {
        throw new ArithmeticException();
      }));
      workers.run(1, 1, (_, _, _) -> {});
    }
  }

  @Test
  void closeEndsTheThreadsAndForbidsMore() {
    long before = crew();
    var workers = new Workers(4);
    workers.run(100, 1, (_, _, _) -> {});
    assertEquals(before + 3, crew());
    workers.close();
    workers.close();
    assertEquals(before, crew());
    assertThrows(IllegalStateException.class, () -> workers.run(10, 1, (_, _, _) -> {}));
  }

  @Test
  void closeDuringALoopLetsTheCallerFinish() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      var workers = new Workers(3);
      var closer = new Thread(workers::close);
      var sum = new AtomicLong();
      workers.run(
          64,
          1,
          (from, to, _) -> {
            if (from == 0) {
              closer.start();
            }
            sum.addAndGet(to - from);
          });
      closer.join();
      assertEquals(64, sum.get());
    }
  }

  @Test
  void aSecondCallerIsRefused() {
    try (var workers = new Workers(2)) {
      assertThrows(IllegalStateException.class, () -> workers.run(1, 1, (_, _, _) -> workers.run(1, 1, (_, _, _) -> {})));
      workers.run(1, 1, (_, _, _) -> {});
    }
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() {
    try (var workers = new Workers(2)) {
      var sum = new AtomicLong();
      Thread.currentThread().interrupt();
      workers.run(1000, 1, (from, to, _) -> sum.addAndGet(to - from));
      assertTrue(Thread.interrupted());
      assertEquals(1000, sum.get());
      Thread.currentThread().interrupt();
    } finally {
      assertTrue(Thread.interrupted(), "close keeps the flag");
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  /** Two million objects of 16 bytes would not fit the heap, and nothing is ever collected. */
  @Test
  void aDispatchAllocatesNothing() throws Exception {
    assertEquals(
        "done",
        Jvm.of(CpuBackend.class)
            .with("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xmx28m")
            .onTheClassPath(DispatchManyTimes.class, "2000000")
            .output());
  }
}
