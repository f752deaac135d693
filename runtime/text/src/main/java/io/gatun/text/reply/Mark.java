package io.gatun.text.reply;

import java.util.List;

/** What a marker in an answer means. */
sealed interface Mark {
  /** The marker. */
  String open();

  /** The marker of the block's end; empty if there is none. */
  String close();

  /** Whether it has its meaning everywhere in an answer, or only where a block may begin: at the begin or after one. */
  boolean anywhere();

  /** Reasoning begins. */
  record Reasoning(String open, String close, boolean anywhere) implements Mark {}

  /**
   * A block of calls begins.
   *
   * @param inBody whether the marker is the first character of the body too
   * @param syntaxes how its calls may be written; the first that fits counts
   */
  record Calls(String open, String close, boolean anywhere, boolean inBody, List<CallSyntax> syntaxes)
      implements Mark {
    Calls(String open, String close, CallSyntax... syntaxes) {
      this(open, close, true, false, List.of(syntaxes));
    }
  }

  /** Layout, which says nothing. What is not layout everywhere is so directly after a block. */
  record Layout(String open, boolean anywhere) implements Mark {
    @Override
    public String close() {
      return "";
    }
  }
}
