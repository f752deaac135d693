package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Finds out what an earlier run has left, and opens {@link Results} to go on from there.
 *
 * @param input the batch
 * @param output of it
 * @param parser of its lines
 * @param run what is to be done now
 * @param notices told what a person should know
 */
record Recovery(Path input, Path output, RequestParser parser, RunIdentity run, Consumer<String> notices) {
  /** What every line of an output begins with. */
  private static final String BEGINNING = "{\"id\":";

  /**
   * Opens the results.
   *
   * @throws UsageException if the output belongs to something else; nothing was changed then
   */
  Results open() {
    boolean existed = Files.exists(output);
    Path beside = Journal.beside(output);
    FileChannel channel = Results.lock(output);
    boolean ready = false;
    try {
      Optional<Journal.Content> left = Journal.read(beside).filter(content -> existed || run.differences(content.run()).isEmpty());
      left.ifPresent(this::requireSame);
      Results.Recovered recovered = recovered(channel, left.isPresent());
      Journal journal =
          left.map(content -> Journal.reopen(beside, content))
              .orElseGet(() -> Journal.create(beside, run, parser.seed()));
      channel.truncate(recovered.end());
      ready = true;
      return new Results(
          output,
          channel,
          journal,
          left.map(Journal.Content::seed).orElse(parser.seed()),
          recovered,
          left.map(Journal.Content::results).orElse(Map.of()));
    } catch (IOException e) {
      throw Results.failure(output, "write", e);
    } finally {
      if (!ready) {
        close(channel);
      }
    }
  }

  private void requireSame(Journal.Content left) {
    List<String> differences = run.differences(left.run());
    if (!differences.isEmpty()) {
      throw new UsageException(
          "%s: is the unfinished output of another run: %s; repeat that command to finish it, or delete the file to start over"
              .formatted(output, String.join(", ", differences)));
    }
  }

  /** Compares the output with the input, line by line. */
  private Results.Recovered recovered(FileChannel channel, boolean ours) {
    var sound = new Results.Recovered(0, 0);
    boolean complete;
    // Through the channel that has the lock: closing another one of the same file would give the lock up.
    var written = new LineReader(output.toString(), Channels.newInputStream(channel), LineReader.LONGEST);
    try (var lines = LineReader.open(input)) {
      for (Optional<InputLine> line = written.next(); line.isPresent(); line = written.next()) {
        Optional<InputLine> asked = lines.next();
        boolean fits = asked.isPresent() && written.terminated() && answers(line.get(), asked.get());
        if (!fits) {
          requireOurs(ours, line.get(), written.terminated());
          break;
        }
        sound = new Results.Recovered(line.get().number(), written.offset());
      }
      complete = written.offset() == sound.end() && lines.next().isEmpty();
    }
    if (!ours && !complete && sound.lines() > 0) {
      notices.accept(
          "%s: has %d answers already and no journal says with which options they were made; they stay"
              .formatted(output, sound.lines()));
    }
    return sound;
  }

  private boolean answers(InputLine written, InputLine asked) {
    return json(written).filter(parser.parse(asked).reply()::wrote).isPresent();
  }

  private static Optional<JsonNode> json(InputLine line) {
    return switch (line) {
      case InputLine.Text text -> {
        try {
          yield Optional.of(Json.parse(text.text(), "the line"));
        } catch (UsageException e) {
          yield Optional.empty(); // not what a run writes: the caller says so
        }
      }
      case InputLine.Unreadable _ -> Optional.empty();
    };
  }

  /** Without a journal only the torn end of a line that may be ours is cut off. */
  private void requireOurs(boolean ours, InputLine line, boolean whole) {
    boolean torn =
        !whole
            && switch (line) {
              case InputLine.Text text -> text.text().startsWith(BEGINNING) || BEGINNING.startsWith(text.text());
              case InputLine.Unreadable _ -> line.number() > 1;
            };
    if (!ours && !torn) {
      throw new UsageException(
          "%s: line %d is not the answer to that line of %s: name another output, or delete the file to start over"
              .formatted(output, line.number(), input));
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
