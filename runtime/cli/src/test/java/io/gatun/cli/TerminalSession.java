package io.gatun.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** The program in a real pseudo-terminal, which {@code script} of util-linux gives. */
final class TerminalSession implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final OutputStream keys;
  private final StringBuilder screen = new StringBuilder();
  private int seen;

  private TerminalSession(Process process) {
    this.process = process;
    this.keys = process.getOutputStream();
    Thread.ofVirtual().start(this::readAll);
  }

  /** Aborts the test where there is no {@code script}. */
  static TerminalSession start(String terminal, Path state, Program program) {
    if (!Files.isExecutable(Path.of("/usr/bin/script"))) {
      Assumptions.abort("no /usr/bin/script (util-linux) here, which gives a pseudo-terminal");
    }
    String command = program.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    var builder = new ProcessBuilder("/usr/bin/script", "-qfec", "stty cols 100 rows 30; exec " + command, "/dev/null");
    builder.environment().put("TERM", terminal);
    builder.environment().put("XDG_STATE_HOME", state.toString());
    builder.environment().keySet().removeAll(List.of("NO_COLOR", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().putAll(program.environment());
    try {
      return new TerminalSession(builder.redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readAll() {
    try (var reader = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      var buffer = new char[1024];
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
        shown(new String(buffer, 0, n));
      }
    } catch (IOException e) {
      shown("[the terminal is gone: " + e.getMessage() + "]");
    }
  }

  private synchronized void shown(String text) {
    screen.append(text);
  }

  TerminalSession type(String text) {
    try {
      keys.write(text.getBytes(StandardCharsets.UTF_8));
      keys.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the text appears after what was waited for before. Escape sequences count as they are. */
  TerminalSession await(String text) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int at = screen().indexOf(text, seen);
    while (at < 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("'%s' did not appear after %d in:\n%s".formatted(text, seen, screen()));
      }
      pause();
      at = screen().indexOf(text, seen);
    }
    seen = at + text.length();
    return this;
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** All that was ever shown, escape sequences included. */
  synchronized String screen() {
    return screen.toString();
  }

  /** Waits for the end; returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running:\n" + screen());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
