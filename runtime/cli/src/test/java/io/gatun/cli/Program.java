package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Consoles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The real program. What a command says and writes, its exit code included, is the same in this JVM ({@link #run}), which
 * starts and warms up once for all of them, as in a process of its own, started as the launcher starts it ({@link #launch}).
 */
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
    List<String> command = Installation.command(jvmOptions);
    command.addAll(arguments);
    return command;
  }

  /** Starts it as a process; the caller talks with it and ends it. */
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

  /** Runs it to its end in this JVM, with streams of its own but this process's environment and options. */
  public Result run() {
    if (!jvmOptions.isEmpty() || !environment.isEmpty()) {
      throw new IllegalStateException("options of the JVM and the environment are a process's: launch it");
    }
    var output = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    Console console = Consoles.of(new ByteArrayInputStream(input), output, error);
    int exitCode = Main.run(console, arguments.toArray(String[]::new));
    return new Result(exitCode, output.toByteArray(), error.toString(StandardCharsets.UTF_8));
  }

  /** Runs it to its end as a process: for what processes have of their own, and once for each command. */
  public Result launch() {
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
