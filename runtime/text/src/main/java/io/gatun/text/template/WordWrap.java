package io.gatun.text.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's {@code textwrap.wrap}, with white space as it is but for the ends of lines.
 *
 * @param width of a line, in code points
 * @param breaksLongWords whether words that are longer are broken
 * @param breaksOnHyphens whether a compound word may be broken after a hyphen
 * @param budget that it works within
 */
record WordWrap(long width, boolean breaksLongWords, boolean breaksOnHyphens, Budget budget) {
  private static final String SPACE = "\t\n\u000b\f\r ";
  private static final String LETTER = "[^\\d\\W]";
  private static final String WORD = "[\\w!\"'&.,?]";

  /** What is kept together: spaces, dashes between words, and words up to where they may be broken. */
  private static final Pattern CHUNK =
      Pattern.compile(
          ("[%1$s]++|(?<=%2$s)-{2,}+(?=\\w)|[^%1$s]+?(?:-(?:(?<=%3$s{2}-)|(?<=%3$s-%3$s-))(?=%3$s-?%3$s)"
                  + "|(?=[%1$s]|\\z)|(?<=%2$s)(?=-{2,}+\\w))")
              .formatted(SPACE, WORD, LETTER),
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern SIMPLE_CHUNK = Pattern.compile("[" + SPACE + "]++|[^" + SPACE + "]++");

  List<Text> wrapped(Text text) {
    if (width <= 0) {
      throw TemplateException.value("invalid width %d (must be > 0)".formatted(width));
    }
    Deque<Text> chunks = chunks(text);
    var lines = new ArrayList<Text>();
    while (!chunks.isEmpty()) {
      budget.step();
      if (isSpace(chunks.peek()) && !lines.isEmpty()) {
        chunks.pop();
      }
      Deque<Text> line = line(chunks);
      if (!line.isEmpty() && isSpace(line.getLast())) {
        line.removeLast();
      }
      if (!line.isEmpty()) {
        var out = new TextBuilder(budget);
        line.forEach(out::append);
        lines.add(out.build());
      }
    }
    return lines;
  }

  private Deque<Text> line(Deque<Text> chunks) {
    var line = new ArrayDeque<Text>();
    long room = width;
    while (!chunks.isEmpty() && chunks.peek().length() <= room) {
      room -= chunks.peek().length();
      line.add(chunks.pop());
    }
    if (!chunks.isEmpty() && chunks.peek().length() > width) {
      breakLong(chunks, line, room);
    }
    return line;
  }

  private void breakLong(Deque<Text> chunks, Deque<Text> line, long room) {
    if (!breaksLongWords) {
      if (line.isEmpty()) {
        line.add(chunks.pop());
      }
      return;
    }
    Text chunk = chunks.pop();
    int end = chunk.offset((int) Math.max(room, width < 1 ? 1 : room));
    if (breaksOnHyphens) {
      int hyphen = chunk.chars().substring(0, end).lastIndexOf('-');
      boolean compound = hyphen > 0 && chunk.chars().substring(0, hyphen).chars().anyMatch(c -> c != '-');
      end = compound ? hyphen + 1 : end;
    }
    line.add(chunk.slice(0, end));
    chunks.push(chunk.slice(end, chunk.chars().length()));
  }

  private Deque<Text> chunks(Text text) {
    long dashes = text.chars().chars().filter(c -> c == '-').count();
    budget.steps(dashes * dashes / 1024); // a long run of them is looked at from each
    var chunks = new ArrayDeque<Text>();
    Matcher matcher = (breaksOnHyphens ? CHUNK : SIMPLE_CHUNK).matcher(text.chars());
    while (matcher.find()) {
      budget.step();
      chunks.add(text.slice(matcher.start(), matcher.end()));
    }
    return chunks;
  }

  /** As {@code strip} sees it. */
  private static boolean isSpace(Text chunk) {
    return chunk.chars().codePoints().allMatch(Chars::isSpace);
  }
}
