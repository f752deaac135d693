package io.gatun.cli.chat;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** A real terminal, dumb ones included: line editing, history, completion, colours. */
final class TerminalScreen implements Screen {
  private final Terminal terminal;
  private final LineReader reader;
  private final Style style = Style.wanted();
  private volatile @Nullable Runnable interruption;
  private final EscapeFilter filter = new EscapeFilter();
  private volatile boolean midLine;

  TerminalScreen() {
    try {
      terminal =
          TerminalBuilder.builder()
              .name("gatun")
              .system(true)
              .dumb(true)
              .encoding(StandardCharsets.UTF_8)
              .nativeSignals(true)
              .graphemeCluster(false)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the terminal: " + e.getMessage(), e);
    }
    terminal.handle(Terminal.Signal.INT, _ -> interrupted());
    if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
      Signals.register("INT", () -> terminal.raise(Terminal.Signal.INT)); // which the library does for others only
    }
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("gatun")
            .parser(new SlashParser())
            .completer(new SlashCompleter())
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
            .variable(LineReader.HISTORY_SIZE, HistoryFile.LINES)
            .variable(LineReader.HISTORY_FILE_SIZE, HistoryFile.LINES)
            .variable(LineReader.BELL_STYLE, "none")
            .option(Option.DISABLE_EVENT_EXPANSION, true)
            .option(Option.HISTORY_IGNORE_SPACE, true)
            .option(Option.HISTORY_TIMESTAMPED, false)
            .option(Option.BRACKETED_PASTE, true)
            .option(Option.INSERT_TAB, false)
            .build();
    openHistory();
  }

  private void interrupted() {
    Runnable action = interruption;
    if (action != null) {
      action.run();
    }
  }

  private void openHistory() {
    try {
      reader.setVariable(LineReader.HISTORY_FILE, HistoryFile.prepared());
    } catch (IOException e) {
      notice("No history is kept: %s cannot be written (%s)".formatted(HistoryFile.path(), e.getMessage()));
    }
  }

  @Override
  public Input read() {
    try {
      return new Input.Text(Multiline.message(reader.readLine(style.bold(">>> "))));
    } catch (UserInterruptException e) {
      boolean empty = e.getPartialLine() == null || e.getPartialLine().isEmpty();
      return empty ? new Input.Interrupted() : new Input.Abandoned();
    } catch (EndOfFileException e) {
      return new Input.End();
    }
  }

  @Override
  public void answer(String piece) {
    write(filter.accept(piece), text -> text);
  }

  @Override
  public void reasoning(String piece) {
    write(filter.accept(piece), style::dim);
  }

  private void write(String shown, UnaryOperator<String> look) {
    if (!shown.isEmpty()) {
      terminal.writer().write(look.apply(shown));
      terminal.flush();
      midLine = !shown.endsWith("\n");
    }
  }

  @Override
  public void endAnswer() {
    if (midLine) {
      line("");
      midLine = false;
    }
  }

  @Override
  public void result(String text) {
    line(EscapeFilter.plain(text));
  }

  @Override
  public void notice(String text) {
    line(style.dim(EscapeFilter.plain(text)));
  }

  @Override
  public void error(String text) {
    line(style.red(EscapeFilter.plain(text)));
  }

  private void line(String text) {
    terminal.writer().write(text + "\n");
    terminal.flush();
  }

  /** What is typed meanwhile is not echoed into the answer; it waits for the next prompt. */
  @Override
  public Watch onInterrupt(Runnable action) {
    Attributes before = terminal.getAttributes();
    var quiet = new Attributes(before);
    quiet.setLocalFlag(Attributes.LocalFlag.ECHO, false);
    terminal.setAttributes(quiet);
    interruption = action;
    return () -> {
      interruption = null;
      terminal.setAttributes(before);
    };
  }

  @Override
  public void history(History history) {
    reader.setVariable(LineReader.DISABLE_HISTORY, history == History.FORGET);
  }

  @Override
  public boolean isInteractive() {
    return true;
  }

  @Override
  public void close() {
    try {
      reader.getHistory().save();
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the terminal: " + e.getMessage(), e);
    }
  }

  /** Whether this process has a terminal to talk through. */
  static boolean isPossible(Console console) {
    return console.inIsTerminal() && console.outIsTerminal();
  }
}
