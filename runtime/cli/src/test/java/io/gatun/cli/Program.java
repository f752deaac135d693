package io.gatun.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The real program, as a process of its own, started as the launcher starts it. */
public final class Program {
  /** More than any command here needs, also on a slow machine. */
  private static final long SECONDS = 120;

  private final List<String> jvmOptions = new ArrayList<>();
  private final List<String> arguments;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private byte[] input = {};

  private Program(List<String> arguments) {
    this.arguments = arguments;
  }

  /** What it did. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Result(int exitCode, byte[] output, String error) {
    /** Standard output as text. */
    public String text() {
      return new String(output, StandardCharsets.UTF_8);
    }

    /** Standard error without what the JVM itself says about the incubator module. */
    public List<String> errors() {
      return error.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList();
    }
  }

  public static Program gatun(Object... arguments) {
    return new Program(Arrays.stream(arguments).map(String::valueOf).toList());
  }

  public Program input(String text) {
    return input(text.getBytes(StandardCharsets.UTF_8));
  }

  public Program input(byte[] bytes) {
    input = bytes.clone();
    return this;
  }

  public Program environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** An option of the JVM. */
  public Program jvm(String option) {
    jvmOptions.add(option);
    return this;
  }

  /** The command line. */
  public List<String> command() {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xlog:disable"));
    command.add("-Dfile.encoding=UTF-8");
    command.add("--enable-native-access=io.gatun.cpu,io.gatun.jit,org.jline.terminal.ffm,org.jline.nativ");
    command.addAll(jvmOptions);
    command.addAll(List.of("-p", modulePath(), "-m", "io.gatun.cli/io.gatun.cli.Main"));
    command.addAll(arguments);
    return command;
  }

  /** All that this test's JVM was given, on whichever path, but what only tests need. */
  static String modulePath() {
    return Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
        .map(property -> System.getProperty(property, ""))
        .flatMap(path -> Arrays.stream(path.split(File.pathSeparator)))
        .filter(entry -> !entry.isBlank() && Files.exists(Path.of(entry)))
        .filter(entry -> !entry.endsWith("test-classes") && !isForTests(Path.of(entry)))
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isForTests(Path entry) {
    String path = entry.toString();
    return Stream.of(
            "junit", "surefire", "opentest4j", "apiguardian", "formats/oracle", "gatun-oracle", "jspecify", "kherud",
            "jetbrains")
        .anyMatch(path::contains);
  }

  /** Starts it; the caller talks with it and ends it. */
  public Process start() {
    var builder = new ProcessBuilder(command());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "NO_COLOR", "LC_ALL"));
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end. */
  public Result run() {
    return finish(start());
  }

  /** Gives a program that was started its input, and waits for its end. */
  Result finish(Process process) {
    CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
    CompletableFuture<byte[]> error = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
    try {
      feed(process);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still running after %d s: %s".formatted(SECONDS, arguments));
      }
      return new Result(process.exitValue(), output.join(), new String(error.join(), StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + arguments, e);
    } finally {
      process.destroyForcibly();
    }
  }

  private void feed(Process process) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException e) {
      // A program may end without reading all of its input; what it should have done with it is what tests assert.
    }
  }

  private static byte[] all(InputStream stream) {
    try (stream) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
