package io.gatun.cli.load;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.gatun.device.MissingFlagException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Starts the program anew, in the same process, when it lacks a flag of the java command. The flags that it was started with
 * are those with which most models start soonest, and the others are found out only when one is opened. Input,
 * output and whoever waits for the process notice nothing, as long as nothing was read or written before.
 */
final class Restart {
  /** The name begins with the file of what the JVM prepared ahead, for which a flag more does not fit. */
  private static final String CACHE = "-XX:AOTCache=";

  private static final String CACHE_SUFFIX = ".aot";

  /** For machine code, which does not ask for Java to be compiled well. */
  private static final String ONE_COMPILER = "-XX:TieredStopAtLevel=1";

  private Restart() {}

  /**
   * Returns what {@code opening} does, now or in a new life. Not to be called after standard input was read.
   *
   * @throws MissingFlagException if the flag is there already, or processes cannot start anew here
   */
  static <T> T ifNeeded(Supplier<T> opening) {
    try {
      return opening.get();
    } catch (MissingFlagException e) {
      if (Restart.class.getModule().isNativeAccessEnabled()) {
        with(e.flag());
      }
      throw e;
    }
  }

  /** Comes back only if it cannot be done. */
  private static void with(String flag) {
    Path commandLine = Path.of("/proc/self/cmdline"); // as it is, whatever its encoding
    try {
      if (Files.exists(commandLine)) {
        List<String> words = words(Files.readAllBytes(commandLine));
        if (!words.contains(flag)) {
          execute(restarted(words, flag));
        }
      }
    } catch (IOException e) {
      // it stays with what was missing
    }
  }

  private static List<String> words(byte[] commandLine) {
    String all = new String(commandLine, StandardCharsets.ISO_8859_1);
    return List.of(all.substring(0, all.length() - 1).split("\0", -1)); // a zero ends each, the last one too
  }

  /** With the flag before all others, the archive of classes in the place of the cache beside it, and both compilers. */
  static List<String> restarted(List<String> command, String flag) {
    var words = new ArrayList<String>(command.size() + 1);
    for (String word : command) {
      words.add(
          word.startsWith(CACHE) && word.endsWith(CACHE_SUFFIX)
              ? "-XX:SharedArchiveFile="
                  + word.substring(CACHE.length(), word.length() - CACHE_SUFFIX.length())
                  + ".jsa"
              : word);
    }
    words.remove(ONE_COMPILER);
    words.add(1, flag);
    return words;
  }

  /** {@code execv}: replaces the program of this process. */
  @SuppressWarnings("restricted") // the flags grant it
  private static void execute(List<String> words) {
    Linker linker = Linker.nativeLinker();
    MemorySegment function = linker.defaultLookup().findOrThrow("execv");
    var execv = linker.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ADDRESS, words.size() + 1L); // ends with a null
      for (int i = 0; i < words.size(); i++) {
        arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(words.get(i), StandardCharsets.ISO_8859_1));
      }
      String java = Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
      int _ = (int) execv.invokeExact(arena.allocateFrom(java), arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("execv", e);
    }
  }
}
