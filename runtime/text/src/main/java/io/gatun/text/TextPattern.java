package io.gatun.text;

import java.util.function.IntPredicate;

/** What is looked for in a text, to cut or to replace it. Immutable, thread-safe. */
sealed interface TextPattern {

  /** Reports the matches from left to right; they do not overlap. */
  void find(String text, SplitPass.MatchSink matches);

  /** The text with every match replaced. */
  default String replace(String text, String replacement) {
    var out = new StringBuilder(text.length());
    var done = new int[1];
    find(
        text,
        (from, to) -> {
          out.append(text, done[0], from).append(replacement);
          done[0] = to;
        });
    return out.append(text, done[0], text.length()).toString();
  }

  /** A string. */
  record Literal(String string) implements TextPattern {
    @Override
    public void find(String text, SplitPass.MatchSink matches) {
      for (int at = text.indexOf(string); at >= 0; at = text.indexOf(string, at + string.length())) {
        matches.match(at, at + string.length());
      }
    }
  }

  /** Each character of a set. */
  record EachOf(IntPredicate members) implements TextPattern {
    @Override
    public void find(String text, SplitPass.MatchSink matches) {
      for (int at = 0; at < text.length(); ) {
        int character = text.codePointAt(at);
        int end = at + Character.charCount(character);
        if (members.test(character)) {
          matches.match(at, end);
        }
        at = end;
      }
    }
  }

  /** Runs of characters of words, and runs of others that are no whitespace. */
  record WordsAndSigns() implements TextPattern {
    @Override
    public void find(String text, SplitPass.MatchSink matches) {
      int from = 0;
      while (from < text.length()) {
        int first = text.codePointAt(from);
        int to = from + Character.charCount(first);
        if (!Characters.isWhitespace(first)) {
          while (to < text.length() && isSameRun(first, text.codePointAt(to))) {
            to += Character.charCount(text.codePointAt(to));
          }
          matches.match(from, to);
        }
        from = to;
      }
    }

    private static boolean isSameRun(int first, int next) {
      return !Characters.isWhitespace(next) && Characters.isWord(first) == Characters.isWord(next);
    }
  }

  /** A regular expression. */
  record Expression(SplitPattern pattern) implements TextPattern {
    @Override
    public void find(String text, SplitPass.MatchSink matches) {
      pattern.find(text, 0, text.length(), new SplitPass.Scratch(), matches);
    }
  }

  /** @throws IllegalArgumentException if the expression is malformed, or does what {@link SplitSyntax} lacks */
  static TextPattern expression(String source) {
    return new Expression(SplitPattern.of(source, SplitDialect.ONIGURUMA));
  }
}
