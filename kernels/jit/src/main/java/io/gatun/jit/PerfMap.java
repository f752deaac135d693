package io.gatun.jit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file in which Linux's {@code perf} looks for the names of machine code that no file has: a line for each function, its
 * address and its bytes in hexadecimal and its name. Written with {@code -Dgatun.jit.perf-map=true}. Source:
 * tools/perf/Documentation/jit-interface.txt of Linux. Thread-safe.
 */
final class PerfMap {
  private static final boolean IS_WANTED = System.getProperty("gatun.jit.perf-map", "").equals("true");

  private PerfMap() {}

  static void add(String name, MemorySegment function) {
    if (IS_WANTED) {
      append("%x %x %s%n".formatted(function.address(), function.byteSize(), name));
    }
  }

  private static synchronized void append(String line) {
    Path file = Path.of("/tmp/perf-%d.map".formatted(ProcessHandle.current().pid()));
    try {
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
