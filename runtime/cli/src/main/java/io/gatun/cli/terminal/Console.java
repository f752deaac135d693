package io.gatun.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The three streams of this process, UTF-8 whatever the locale, and which of them are a terminal. Owned by the main
 * program; thread-safe but for {@link #in}.
 */
public final class Console {
  /** Which of the descriptors 0, 1 and 2 are terminals, as digits; the launcher knows and says so. */
  static final String TERMINALS = "gatun.terminals";

  private final InputStream in;
  private final Output out;
  private final Output err;
  private final String terminals;

  Console(InputStream in, Output out, Output err, String terminals) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminals = terminals;
  }

  /** The real streams of the process. */
  public static Console system() {
    return new Console(
        System.in,
        new Output(new FileOutputStream(FileDescriptor.out)),
        new Output(new FileOutputStream(FileDescriptor.err)),
        terminals());
  }

  private static String terminals() {
    String told = System.getProperty(TERMINALS);
    if (told != null) {
      return told;
    }
    return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).map(_ -> "012").orElse("");
  }

  public InputStream in() {
    return in;
  }

  /** All that is left on standard input; malformed UTF-8 is U+FFFD. */
  public String readText() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input: " + e.getMessage(), e);
    }
  }

  /** Results only. */
  public Output out() {
    return out;
  }

  /** Errors, notices, statistics, progress. */
  public Output err() {
    return err;
  }

  /** {@link #out} for the help pages of the command line's parser. */
  public PrintWriter outWriter() {
    return out.writer();
  }

  public boolean inIsTerminal() {
    return terminals.contains("0");
  }

  public boolean outIsTerminal() {
    return terminals.contains("1");
  }

  public boolean errIsTerminal() {
    return terminals.contains("2");
  }

  /**
   * Whether to use colours on a terminal: not under {@code NO_COLOR} (any value but the empty one, see no-color.org) and
   * not on a dumb terminal.
   */
  public static boolean coloursWanted() {
    String noColor = System.getenv("NO_COLOR");
    return (noColor == null || noColor.isEmpty()) && !isDumb();
  }

  /** Whether {@code TERM} says that the terminal understands no escape sequences. */
  public static boolean isDumb() {
    String term = System.getenv("TERM");
    return term == null || term.isEmpty() || term.equals("dumb");
  }
}
