package io.gatun.text.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Methods of Python's str that find, strip, split and replace. */
final class TextSearch {
  static final Map<String, Builtin> METHODS =
      new Builtin.Table()
          .add("strip", b -> stripped(b.text(0), b.textOrNone(1), true, true), "self", "chars?", "/")
          .add("lstrip", b -> stripped(b.text(0), b.textOrNone(1), true, false), "self", "chars?", "/")
          .add("rstrip", b -> stripped(b.text(0), b.textOrNone(1), false, true), "self", "chars?", "/")
          .add("startswith", b -> affix(b, true), "self", "prefix", "start?", "end?", "/")
          .add("endswith", b -> affix(b, false), "self", "suffix", "start?", "end?", "/")
          .add("removeprefix", TextSearch::removePrefix, "self", "prefix", "/")
          .add("removesuffix", TextSearch::removeSuffix, "self", "suffix", "/")
          .add("find", b -> Int.of(find(b, false)), "self", "sub", "start?", "end?", "/")
          .add("rfind", b -> Int.of(find(b, true)), "self", "sub", "start?", "end?", "/")
          .add("index", b -> Int.of(found(find(b, false))), "self", "sub", "start?", "end?", "/")
          .add("rindex", b -> Int.of(found(find(b, true))), "self", "sub", "start?", "end?", "/")
          .add("count", TextSearch::count, "self", "sub", "start?", "end?", "/")
          .add("replace", b -> replaced(b), "self", "old", "new", "count?", "/")
          .add("split", b -> new ListValue(split(b)), "self", "/", "sep?", "maxsplit?")
          .add("rsplit", b -> new ListValue(splitFromEnd(b)), "self", "/", "sep?", "maxsplit?")
          .add("splitlines", b -> new ListValue(lines(b.text(0), b.flag(1))), "self", "/", "keepends?")
          .add("partition", b -> partition(b, false), "self", "sep", "/")
          .add("rpartition", b -> partition(b, true), "self", "sep", "/")
          .build();

  private TextSearch() {}

  /** Without the characters at its ends that are in {@code set}, or white space if that is null. */
  static Text stripped(Text text, @Nullable Text set, boolean left, boolean right) {
    String chars = text.chars();
    BitSet members = new BitSet();
    if (set != null) {
      set.chars().codePoints().forEach(members::set);
    }
    IntPredicate drops = set == null ? Chars::isSpace : members::get;
    int from = 0;
    int to = chars.length();
    while (left && from < to && drops.test(chars.codePointAt(from))) {
      from += Character.charCount(chars.codePointAt(from));
    }
    while (right && from < to && drops.test(chars.codePointBefore(to))) {
      to -= Character.charCount(chars.codePointBefore(to));
    }
    return text.slice(from, to);
  }

  /** The stretch that {@code start} and {@code end} mean, parameters 2 and 3; null if it begins behind the end. */
  private static @Nullable Text window(Bound b) {
    Text self = b.text(0);
    if (!b.has(2)) {
      return self;
    }
    Value start = b.get(2);
    if (Numbers.isInteger(start) && Numbers.clamped(Numbers.integer(start)) > self.length()) {
      return null;
    }
    Slice.Indices window = new Slice(start, b.get(3, None.NONE), None.NONE).over(self.length());
    return self.slice(self.offset(window.start()), self.offset(window.start() + window.count()));
  }

  private static int windowStart(Bound b) {
    Value start = b.get(2, None.NONE);
    int length = b.text(0).length();
    return start == None.NONE ? 0 : length - new Slice(start, None.NONE, None.NONE).over(length).count();
  }

  private static Value affix(Bound b, boolean prefix) {
    Text window = window(b);
    List<Value> candidates = b.get(1) instanceof TupleValue tuple ? tuple.items() : List.of(b.get(1));
    for (Value candidate : candidates) {
      if (!(candidate instanceof Text text)) {
        throw TemplateException.type(
            "startswith first arg must be str or a tuple of str, not " + candidate.type());
      }
      if (window != null
          && (prefix ? window.chars().startsWith(text.chars()) : window.chars().endsWith(text.chars()))) {
        return Bool.TRUE;
      }
    }
    return Bool.FALSE;
  }

  private static Value removePrefix(Bound b) {
    Text self = b.text(0);
    int length = self.chars().length();
    return self.chars().startsWith(b.text(1).chars()) ? self.slice(b.text(1).chars().length(), length) : self;
  }

  private static Value removeSuffix(Bound b) {
    Text self = b.text(0);
    int length = self.chars().length();
    return self.chars().endsWith(b.text(1).chars()) ? self.slice(0, length - b.text(1).chars().length()) : self;
  }

  private static int find(Bound b, boolean last) {
    Text window = window(b);
    String part = b.text(1).chars();
    if (window == null) {
      return -1;
    }
    b.budget().search(window.chars().length(), part.length());
    int at = last ? window.chars().lastIndexOf(part) : window.chars().indexOf(part);
    return at < 0 ? -1 : windowStart(b) + window.index(at);
  }

  private static int found(int at) {
    if (at < 0) {
      throw TemplateException.value("substring not found");
    }
    return at;
  }

  private static Value count(Bound b) {
    Text window = window(b);
    String part = b.text(1).chars();
    if (window == null) {
      return Int.of(0);
    }
    b.budget().search(window.chars().length(), part.length());
    return Int.of(part.isEmpty() ? window.length() + 1L : places(window.chars(), part, Long.MAX_VALUE).size());
  }

  /** Where a part that is not empty begins, without overlaps, at most so many. */
  private static List<Integer> places(String chars, String part, long max) {
    var places = new ArrayList<Integer>();
    int at = chars.indexOf(part);
    while (at >= 0 && places.size() < max) {
      places.add(at);
      at = chars.indexOf(part, at + part.length());
    }
    return places;
  }

  private static Value replaced(Bound b) {
    long count = b.integer(3, -1);
    Text self = b.text(0);
    Text to = self.isMarkup() ? Markup.escaped(b.text(2), b.budget()) : b.text(2);
    return replaced(self, b.text(1), to, count, b.budget()).asMarkup(self.isMarkup());
  }

  /** With the first {@code count} of {@code old} replaced, or all if that is negative. */
  static Text replaced(Text text, Text old, Text replacement, long count, Budget budget) {
    String chars = text.chars();
    long max = count < 0 ? Long.MAX_VALUE : count;
    var out = new TextBuilder(budget);
    budget.search(chars.length(), old.chars().length());
    if (old.isEmpty()) {
      return interleaved(text, replacement, max, out);
    }
    int from = 0;
    for (int place : places(chars, old.chars(), max)) {
      budget.step();
      out.append(text, from, place).append(replacement);
      from = place + old.chars().length();
    }
    return from == 0 ? text : out.append(text, from, chars.length()).build();
  }

  private static Text interleaved(Text text, Text replacement, long max, TextBuilder out) {
    String chars = text.chars();
    long done = 0;
    for (int i = 0; i < chars.length(); ) {
      int next = i + Character.charCount(chars.codePointAt(i));
      if (done++ < max) {
        out.append(replacement);
      }
      out.append(text, i, next);
      i = next;
    }
    return done < max ? out.append(replacement).build() : out.build();
  }

  private static List<Value> split(Bound b) {
    Text self = b.text(0);
    Text separator = b.textOrNone(1);
    b.budget().search(self.chars().length(), separator == null ? 1 : separator.chars().length());
    long max = b.integer(2, -1);
    long limit = max < 0 ? Long.MAX_VALUE : max;
    return counted(b, separator == null ? words(self, limit) : fields(self, requireNotEmpty(separator), limit));
  }

  private static List<Value> counted(Bound b, List<Value> parts) {
    b.budget().items(parts.size());
    return parts;
  }

  private static Text requireNotEmpty(Text separator) {
    if (separator.isEmpty()) {
      throw TemplateException.value("empty separator");
    }
    return separator;
  }

  private static List<Value> fields(Text text, Text separator, long limit) {
    var fields = new ArrayList<Value>();
    int from = 0;
    for (int place : places(text.chars(), separator.chars(), limit)) {
      fields.add(text.slice(from, place));
      from = place + separator.chars().length();
    }
    fields.add(text.slice(from, text.chars().length()));
    return fields;
  }

  static List<Value> words(Text text, long limit) {
    var words = new ArrayList<Value>();
    String chars = text.chars();
    int from = skip(chars, 0, true);
    while (from < chars.length()) {
      int to = words.size() < limit ? skip(chars, from, false) : chars.length();
      words.add(text.slice(from, to));
      from = skip(chars, to, true);
    }
    return words;
  }

  /** The offset behind white space, or behind what is none. */
  private static int skip(String chars, int from, boolean space) {
    int at = from;
    while (at < chars.length() && Chars.isSpace(chars.charAt(at)) == space) {
      at++;
    }
    return at;
  }

  private static List<Value> splitFromEnd(Bound b) {
    Text self = b.text(0);
    Text separator = b.textOrNone(1);
    b.budget().search(self.chars().length(), separator == null ? 1 : separator.chars().length());
    long max = b.integer(2, -1);
    long limit = max < 0 ? Long.MAX_VALUE : max;
    return counted(
        b, separator == null ? wordsFromEnd(self, limit) : fieldsFromEnd(self, requireNotEmpty(separator), limit));
  }

  private static List<Value> fieldsFromEnd(Text text, Text separator, long limit) {
    var fields = new ArrayList<Value>();
    int to = text.chars().length();
    while (fields.size() < limit) {
      int place = text.chars().lastIndexOf(separator.chars(), to - separator.chars().length());
      if (place < 0 || to < separator.chars().length()) {
        break;
      }
      fields.add(text.slice(place + separator.chars().length(), to));
      to = place;
    }
    fields.add(text.slice(0, to));
    return fields.reversed();
  }

  private static List<Value> wordsFromEnd(Text text, long limit) {
    var words = new ArrayList<Value>();
    String chars = text.chars();
    int to = skipBack(chars, chars.length(), true);
    while (to > 0) {
      int from = words.size() < limit ? skipBack(chars, to, false) : 0;
      words.add(text.slice(from, to));
      to = skipBack(chars, from, true);
    }
    return words.reversed();
  }

  private static int skipBack(String chars, int to, boolean space) {
    int at = to;
    while (at > 0 && Chars.isSpace(chars.charAt(at - 1)) == space) {
      at--;
    }
    return at;
  }

  static List<Value> lines(Text text, boolean keepEnds) {
    var lines = new ArrayList<Value>();
    String chars = text.chars();
    int from = 0;
    while (from < chars.length()) {
      int end = from;
      while (end < chars.length() && !Chars.isLineEnd(chars.charAt(end))) {
        end++;
      }
      int next = chars.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, chars.length());
      lines.add(text.slice(from, keepEnds ? next : end));
      from = next;
    }
    return lines;
  }

  private static Value partition(Bound b, boolean last) {
    Text self = b.text(0);
    Text separator = requireNotEmpty(b.text(1));
    b.budget().search(self.chars().length(), separator.chars().length());
    String chars = self.chars();
    int at = last ? chars.lastIndexOf(separator.chars()) : chars.indexOf(separator.chars());
    if (at < 0) {
      return new TupleValue(
          last ? List.of(Text.EMPTY, Text.EMPTY, self) : List.of(self, Text.EMPTY, Text.EMPTY));
    }
    int end = at + separator.chars().length();
    return new TupleValue(List.of(self.slice(0, at), self.slice(at, end), self.slice(end, chars.length())));
  }
}
