package io.gatun.text.reply;

import java.util.List;
import java.util.regex.Matcher;

/** Collects a body up to its end, and parses it then. */
final class DelimitedReader implements CallReader {
  private final CallSyntax.Delimited syntax;
  private final StringBuilder body = new StringBuilder();
  private boolean begun;

  DelimitedReader(CallSyntax.Delimited syntax) {
    this.syntax = syntax;
  }

  @Override
  @SuppressWarnings("JdkObsolete") // hitEnd: more text may still make it match
  public boolean accept(char c) {
    if (body.isEmpty() && Prose.isSpace(c)) {
      return true;
    }
    body.append(c);
    if (!begun) {
      Matcher begin = syntax.begin().matcher(body);
      begun = begin.lookingAt();
      return begun || begin.hitEnd();
    }
    return true;
  }

  @Override
  public boolean mayEnd() {
    return syntax.mayEnd(body);
  }

  @Override
  public boolean endsItself() {
    return false;
  }

  @Override
  public List<ToolCall> calls() {
    return syntax.parse(body.toString());
  }
}
