package io.gatun.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program as it is installed for tests, once for each JVM that runs them: its modules as jars, because the JVM prepares no
 * classes of folders, and as the launcher has it without the Vector API and with a cache of classes, with which a start takes
 * half the time.
 */
final class Installation {
  private static final Path FOLDER = Path.of("target", "installation");

  /** Before the module path. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xlog:disable",
          "-Dfile.encoding=UTF-8",
          "--enable-native-access=io.gatun.cli,io.gatun.cpu,io.gatun.jit,org.jline.terminal.ffm,org.jline.nativ");

  /** What paths of entries have in them that only tests need. */
  private static final List<String> FOR_TESTS =
      List.of(
          "junit",
          "surefire",
          "opentest4j",
          "apiguardian",
          "formats/oracle",
          "gatun-oracle",
          "jspecify",
          "kherud",
          "jetbrains");

  private static final Installation ONE = install();

  private final String modulePath;
  private final Path cache;

  private Installation(String modulePath, Path cache) {
    this.modulePath = modulePath;
    this.cache = cache;
  }

  /** All that this test's JVM was given, on whichever path, but what only tests need. */
  static String modulePath() {
    return ONE.modulePath;
  }

  /** The command that starts the program, without its arguments. A cache that does not fit is not used. */
  static List<String> command(List<String> jvmOptions) {
    var options = new ArrayList<>(List.of("-XX:AOTCache=" + ONE.cache));
    options.addAll(jvmOptions);
    return command(options, ONE.modulePath);
  }

  private static List<String> command(List<String> options, String modulePath) {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(FLAGS);
    command.addAll(options);
    command.addAll(List.of("-p", modulePath, "-m", "io.gatun.cli/io.gatun.cli.Main"));
    return command;
  }

  private static Installation install() {
    try {
      Path folder = Files.createDirectories(FOLDER).toAbsolutePath();
      String modulePath =
          Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
              .map(property -> System.getProperty(property, ""))
              .flatMap(path -> Arrays.stream(path.split(File.pathSeparator)))
              .filter(entry -> !entry.isBlank() && Files.exists(Path.of(entry)))
              .filter(entry -> !entry.endsWith("test-classes") && !isForTests(Path.of(entry)))
              .distinct()
              .map(entry -> Files.isDirectory(Path.of(entry)) ? jar(Path.of(entry), folder) : entry)
              .collect(Collectors.joining(File.pathSeparator));
      Path cache = folder.resolve("program.aot");
      Files.deleteIfExists(cache);
      List<String> command = command(List.of("-XX:AOTCacheOutput=" + cache), modulePath);
      command.addAll(List.of("run", "-m", Models.stories().toString(), "-p", "Once", "-n", "2", "--json", "--stats"));
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      return new Installation(modulePath, cache);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the program was installed", e);
    }
  }

  private static boolean isForTests(Path entry) {
    String path = entry.toString();
    return FOR_TESTS.stream().anyMatch(path::contains);
  }

  /** A module's {@code target/classes} as a jar with the module's name. */
  private static String jar(Path classes, Path folder) {
    Path whole = classes.toAbsolutePath();
    Path module = whole.getName(whole.getNameCount() - 3);
    String jar = folder.resolve("gatun-" + module + ".jar").toString();
    int exitCode =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "--create", "--file", jar, "-C", classes.toString(), ".");
    if (exitCode != 0) {
      throw new IllegalStateException("no jar of " + classes);
    }
    return jar;
  }
}
