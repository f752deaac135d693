package io.gatun.jit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/** Functions that stay for as long as the JVM runs. */
final class Assembled {
  private Assembled() {}

  /** A function that is assembled when it is first asked for. */
  static Lazy<MemorySegment> function(String name, Supplier<byte[]> emitted) {
    return new Lazy<>(
        () -> {
          MemorySegment function = new CodeArena(List.of(emitted.get())).functions().getFirst();
          PerfMap.add(name, function);
          return function;
        });
  }
}
