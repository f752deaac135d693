package io.gatun.text.template;

import io.gatun.text.TextRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A string of which every character knows whether the template or a message wrote it. Offsets are UTF-16 units;
 * Python's indexes are code points, see {@link #offset}. Equality is that of the characters alone. Immutable.
 */
final class Text implements Value {
  private static final int[] NO_FLIPS = {};
  static final Text EMPTY = template("");

  private final String chars;
  /** Whether a message wrote the first character; from there on the author changes at each of the flips. */
  private final boolean message;

  private final int[] flips;
  private final boolean markup;
  /** The number of code points; negative until it is asked for. */
  private int codePoints = -1;

  /** @param flips ascending offsets within the text; not copied */
  Text(String chars, boolean message, int[] flips, boolean markup) {
    this.chars = chars;
    this.message = message;
    this.flips = flips;
    this.markup = markup;
  }

  static Text template(String chars) {
    return new Text(chars, false, NO_FLIPS, false);
  }

  static Text message(String chars) {
    return new Text(chars, true, NO_FLIPS, false);
  }

  String chars() {
    return chars;
  }

  boolean isEmpty() {
    return chars.isEmpty();
  }

  /** Whether it is safe to stand in HTML as it is: Python's {@code Markup}. */
  boolean isMarkup() {
    return markup;
  }

  Text asMarkup(boolean safe) {
    return safe == markup ? this : new Text(chars, message, flips, safe);
  }

  boolean isMessageAt(int offset) {
    int place = Arrays.binarySearch(flips, offset);
    int before = place >= 0 ? place + 1 : -place - 1;
    return message ^ ((before & 1) == 1);
  }

  /** The characters of {@code [from, to)}, with their authors. */
  Text slice(int from, int to) {
    if (from == 0 && to == chars.length()) {
      return this;
    }
    String part = chars.substring(from, to);
    if (flips.length == 0) {
      return new Text(part, message, NO_FLIPS, markup);
    }
    int[] inside = Arrays.stream(flips).filter(flip -> flip > from && flip < to).map(flip -> flip - from).toArray();
    return new Text(part, isMessageAt(from), inside, markup);
  }

  /** Takes a stretch of one author. */
  interface RunConsumer {
    void accept(int from, int to, boolean message);
  }

  void forEachRun(int from, int to, RunConsumer consumer) {
    boolean author = isMessageAt(from);
    int start = from;
    for (int flip : flips) {
      if (flip > from && flip < to) {
        consumer.accept(start, flip, author);
        start = flip;
        author = !author;
      }
    }
    if (start < to) {
      consumer.accept(start, to, author);
    }
  }

  List<TextRun> runs() {
    var runs = new ArrayList<TextRun>();
    forEachRun(
        0,
        chars.length(),
        (from, to, user) -> {
          String run = chars.substring(from, to);
          runs.add(user ? TextRun.user(run) : TextRun.template(run));
        });
    return List.copyOf(runs);
  }

  /** The text with its characters mapped; where that changes lengths within several authors' text, run by run. */
  Text map(UnaryOperator<String> mapping) {
    String mapped = mapping.apply(chars);
    if (flips.length == 0 || mapped.length() == chars.length()) {
      return new Text(mapped, message, flips, markup);
    }
    var chunks = new StringBuilder();
    var ends = new ArrayList<Integer>();
    forEachRun(
        0,
        chars.length(),
        (from, to, _) -> {
          chunks.append(mapping.apply(chars.substring(from, to)));
          ends.add(chunks.length());
        });
    return new Text(chunks.toString(), message, ends.stream().limit(flips.length).mapToInt(i -> i).toArray(), markup);
  }

  /** The number of code points. */
  @Override
  public int length() {
    int count = codePoints;
    if (count < 0) {
      count = chars.codePointCount(0, chars.length());
      codePoints = count;
    }
    return count;
  }

  @Override
  public boolean isSized() {
    return true;
  }

  /** The offset of a code point by its index, from 0 to {@link #length()}. */
  int offset(int index) {
    return length() == chars.length() ? index : chars.offsetByCodePoints(0, index);
  }

  /** The index of the code point at an offset. */
  int index(int offset) {
    return length() == chars.length() ? offset : chars.codePointCount(0, offset);
  }

  @Override
  public long weight() {
    return 1L + chars.length() / 16;
  }

  @Override
  public String type() {
    return markup ? "Markup" : "str";
  }

  @Override
  public boolean truth() {
    return !chars.isEmpty();
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return new Iterator<>() {
      private int at;

      @Override
      public boolean hasNext() {
        return at < chars.length();
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int from = at;
        at += Character.charCount(chars.codePointAt(from));
        return slice(from, at).asMarkup(false);
      }
    };
  }

  @Override
  public boolean contains(Value value, Budget budget) {
    if (!(value instanceof Text part)) {
      throw TemplateException.type(
          "'in <string>' requires string as left operand, not %s".formatted(value.type()));
    }
    budget.search(chars.length(), part.chars.length());
    return chars.contains(part.chars);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return TextMethods.find(this, name);
  }

  @Override
  public boolean isSubscriptable() {
    return true;
  }

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    if (key instanceof Slice slice) {
      return sliced(slice.over(length()), budget);
    }
    int at = Numbers.index(key, length());
    if (at < 0) {
      return null;
    }
    int from = offset(at);
    return slice(from, offset(at + 1));
  }

  private Text sliced(Slice.Indices indices, Budget budget) {
    budget.characters(chars.length());
    if (indices.step() == 1) {
      return slice(offset(indices.start()), offset(indices.start() + indices.count()));
    }
    var out = new TextBuilder(budget);
    for (int i = 0; i < indices.count(); i++) {
      int from = offset(indices.at(i));
      out.append(this, from, from + Character.charCount(chars.codePointAt(from)));
    }
    return out.build().asMarkup(markup);
  }

  @Override
  public void str(Repr out) {
    out.text().append(this);
  }

  @Override
  public void repr(Repr out) {
    if (markup) {
      out.text().template("Markup(");
    }
    out.quoted(this);
    if (markup) {
      out.text().template(")");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && chars.equals(text.chars);
  }

  @Override
  public int hashCode() {
    return chars.hashCode();
  }

  @Override
  public String toString() {
    return chars;
  }
}
