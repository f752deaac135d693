package io.gatun.cli.terminal;

/**
 * Takes terminal escape sequences and control characters out of text that somebody else wrote (a model, a file's
 * metadata), so that it cannot move the cursor, change the title, or write to the clipboard. Newlines and tabs stay.
 *
 * <p>A sequence may be split over several pieces. It is dropped whole: CSI up to its final byte; OSC, DCS, SOS, PM and APC
 * strings up to their terminator, but never past a newline or {@value #LONGEST} characters, so that an unfinished one
 * cannot hide the rest of the text. Source: ECMA-48. Confined to one thread.
 */
public final class EscapeFilter {
  private static final int LONGEST = 256;
  private static final char ESCAPE = 0x1b;

  private enum State {
    TEXT,
    ESCAPED,
    CONTROL_SEQUENCE,
    STRING
  }

  private State state = State.TEXT;
  private int dropped;

  /** All of {@code text}, filtered. */
  public static String plain(String text) {
    return new EscapeFilter().accept(text);
  }

  /** As {@link #plain}, and on one line: each run of white space becomes one space. */
  public static String oneLine(String text) {
    return plain(text.replaceAll("\\s+", " ")).strip();
  }

  /** The part of the next piece that may be shown. */
  public String accept(String piece) {
    var shown = new StringBuilder(piece.length());
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      state = next(c);
      dropped = state == State.TEXT ? 0 : dropped + 1;
      if (state == State.TEXT && isText(c) && !finished) {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  /** Set by {@link #next}: {@code c} was the last character of a sequence, so not text itself. */
  private boolean finished;

  private State next(char c) {
    finished = false;
    return switch (state) {
      case TEXT -> begin(c);
      case ESCAPED -> afterEscape(c);
      case CONTROL_SEQUENCE -> {
        boolean parameter = c >= 0x20 && c <= 0x3f && dropped < LONGEST;
        yield parameter ? State.CONTROL_SEQUENCE : finish(c, c >= 0x40 && c <= 0x7e);
      }
      case STRING -> {
        boolean goesOn = c != 0x07 && c != 0x9c && c != ESCAPE && c != '\n' && dropped < LONGEST;
        yield goesOn ? State.STRING : finish(c, c == 0x07 || c == 0x9c);
      }
    };
  }

  private State afterEscape(char c) {
    return switch (c) {
      case '[' -> State.CONTROL_SEQUENCE;
      case ']', 'P', 'X', '^', '_' -> State.STRING;
      default -> c >= 0x20 && c <= 0x2f && dropped < LONGEST ? State.ESCAPED : finish(c, c >= 0x30 && c <= 0x7e);
    };
  }

  /** Ends a sequence: with {@code c} if that is a part of it, else before it. */
  private State finish(char c, boolean isLast) {
    finished = isLast;
    return isLast ? State.TEXT : begin(c);
  }

  private static State begin(char c) {
    return switch (c) {
      case ESCAPE -> State.ESCAPED;
      case 0x9b -> State.CONTROL_SEQUENCE;
      case 0x90, 0x98, 0x9d, 0x9e, 0x9f -> State.STRING;
      default -> State.TEXT;
    };
  }

  private static boolean isText(char c) {
    return c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f) || c > 0x9f;
  }
}
