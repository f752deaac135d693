package io.gatun.cli.chat;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Lines in, answers out: no prompts, no colours, no banner. Answers and results on standard output, the rest on error. */
final class PipeScreen implements Screen {
  private final Console console;
  private final BufferedReader lines;
  private final UnaryOperator<String> shown;
  private volatile boolean midLine;
  private volatile boolean midReasoning;

  PipeScreen(Console console) {
    this.console = console;
    this.lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    this.shown = console.outIsTerminal() ? new EscapeFilter()::accept : text -> text;
  }

  @Override
  public Input read() {
    try {
      String typed = lines.readLine();
      if (typed == null) {
        return new Input.End();
      }
      while (!Multiline.isComplete(typed)) {
        String more = lines.readLine();
        if (more == null) {
          break;
        }
        typed = typed + "\n" + more;
      }
      return new Input.Text(Multiline.message(typed));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input: " + e.getMessage(), e);
    }
  }

  @Override
  public void answer(String piece) {
    console.out().text(shown.apply(piece)).flush();
    midLine = !piece.endsWith("\n");
  }

  /** Beside the answers. */
  @Override
  public void reasoning(String piece) {
    console.err().text(EscapeFilter.plain(piece)).flush();
    midReasoning = !piece.endsWith("\n");
  }

  @Override
  public void endAnswer() {
    if (midReasoning) {
      console.err().line("");
      midReasoning = false;
    }
    if (midLine) {
      console.out().text("\n").flush();
      midLine = false;
    }
  }

  @Override
  public void result(String text) {
    console.out().line(text);
  }

  @Override
  public void notice(String text) {
    console.err().line(text);
  }

  @Override
  public void error(String text) {
    console.err().line(text);
  }

  /** Nobody sits there: the system's way, which is to end. */
  @Override
  public Watch onInterrupt(Runnable action) {
    return () -> {};
  }

  @Override
  public void history(History history) {}

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public void close() {
    console.out().flush();
  }
}
