package io.gatun.text.reply;

import java.util.List;
import java.util.regex.Pattern;

/** How the calls within a block are written. */
sealed interface CallSyntax permits JsonCalls, CallSyntax.Delimited {
  CallReader reader();

  /** Text whose end only a marker, or the end of the reply, can show. */
  sealed interface Delimited extends CallSyntax permits TaggedCalls, LiteralCalls {
    /** How every body begins, white space aside, so that prose is told from calls early. */
    Pattern begin();

    /** Whether a body may end so. */
    boolean mayEnd(StringBuilder body);

    /** The calls of a body; empty if it is malformed. */
    List<ToolCall> parse(String body);

    @Override
    default CallReader reader() {
      return new DelimitedReader(this);
    }
  }

  /** Whether the text ends in this, white space aside. */
  static boolean endsWith(StringBuilder text, String end) {
    int to = text.length();
    while (to > 0 && Prose.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return to >= end.length() && text.substring(to - end.length(), to).equals(end);
  }
}
