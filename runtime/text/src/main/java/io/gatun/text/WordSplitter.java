package io.gatun.text;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into words by regular expressions, each applied within the pieces of the one before. Immutable, thread-safe.
 *
 * <p>Expressions must loop over single character classes only: {@link Pattern} walks those without recursion, so a word
 * may be as long as the text.
 */
final class WordSplitter {
  private final List<Pattern> passes;

  WordSplitter(List<String> passes) {
    this.passes =
        passes.stream().map(pass -> Pattern.compile(pass, Pattern.UNICODE_CHARACTER_CLASS)).toList();
  }

  /** Where each word ends; the first begins at 0 and the last ends with the text. */
  IdBuffer ends(String text) {
    var ends = new IdBuffer();
    ends.add(text.length());
    for (Pattern pass : passes) {
      ends = cut(pass.matcher(text), ends);
    }
    return ends;
  }

  private static IdBuffer cut(Matcher matcher, IdBuffer pieces) {
    var ends = new IdBuffer();
    int start = 0;
    for (int piece = 0; piece < pieces.size(); piece++) {
      int end = pieces.at(piece);
      matcher.region(start, end);
      while (matcher.find()) {
        if (matcher.start() > start) {
          ends.add(matcher.start());
        }
        start = matcher.end();
        ends.add(start);
      }
      if (start < end) {
        ends.add(end);
      }
      start = end;
    }
    return ends;
  }
}
