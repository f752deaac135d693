package io.gatun.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The syntax of split patterns: regular expressions of character sets, groups, alternatives, greedy repetitions, the end
 * {@code $} of the text, and lookahead at one character.
 *
 * <p>{@code \p{L}} is a letter of any kind, as are {@code \p{Lu}} and its like: llama.cpp does not tell their cases apart.
 * {@code \p{S}} is without the tilde, which its table lacks. {@code \p{Han}} are its ranges of ideographs. {@code \d} is an
 * ASCII digit, {@code \s} the property White_Space. {@code &&} intersects what stands on its two sides in brackets.
 */
final class SplitSyntax {

  /** A part of a pattern. */
  sealed interface Node {}

  /** One character of a set. */
  record One(CharacterSet set) implements Node {}

  /** Parts that follow each other. */
  record Sequence(List<Node> parts) implements Node {}

  /** The first alternative that leads to a match. */
  record Choice(List<Node> alternatives) implements Node {}

  /** As often as possible, from {@code min} to {@code max} times. */
  record Repeat(Node part, int min, int max) implements Node {}

  /** Nothing, where the next character is in the set or, negated, is not or is missing. */
  record Ahead(CharacterSet set, boolean negated) implements Node {}

  /** Nothing, at the end of the text. */
  record End() implements Node {}

  static final int UNBOUNDED = Integer.MAX_VALUE;

  private final String source;
  private int at;

  private SplitSyntax(String source) {
    this.source = source;
  }

  /** @throws IllegalArgumentException if the pattern is not of this syntax */
  static Node parse(String source) {
    var syntax = new SplitSyntax(source);
    Node node = syntax.choice();
    if (syntax.at < source.length()) {
      throw syntax.unexpected();
    }
    return node;
  }

  private Node choice() {
    var alternatives = new ArrayList<Node>();
    do {
      alternatives.add(sequence());
    } while (accept("|"));
    return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(List.copyOf(alternatives));
  }

  private Node sequence() {
    var parts = new ArrayList<Node>();
    while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
      parts.add(repeated(part()));
    }
    return new Sequence(List.copyOf(parts));
  }

  private Node part() {
    if (accept("(?=")) {
      return ahead(false);
    }
    if (accept("(?!")) {
      return ahead(true);
    }
    if (accept("(?:") || accept("(")) {
      Node group = choice();
      expect(")");
      return group;
    }
    return accept("$") ? new End() : new One(set());
  }

  private Node ahead(boolean negated) {
    CharacterSet set = set();
    expect(")");
    return new Ahead(set, negated);
  }

  private Node repeated(Node part) {
    if (accept("?")) {
      return new Repeat(part, 0, 1);
    }
    if (accept("*")) {
      return new Repeat(part, 0, UNBOUNDED);
    }
    if (accept("+")) {
      return new Repeat(part, 1, UNBOUNDED);
    }
    if (accept("{")) {
      int min = number();
      int max = accept(",") ? number() : min;
      expect("}");
      return new Repeat(part, min, max);
    }
    return part;
  }

  private int number() {
    int start = at;
    while (at < source.length() && Character.isDigit(source.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw unexpected();
    }
    return Integer.parseInt(source, start, at, 10);
  }

  private CharacterSet set() {
    int start = at;
    IntPredicate members = accept("[") ? brackets() : single();
    return new CharacterSet(source.substring(start, at), members);
  }

  private IntPredicate brackets() {
    boolean negated = accept("^");
    IntPredicate all = character -> true;
    do {
      IntPredicate any = character -> false;
      while (at < source.length() && source.charAt(at) != ']' && !source.startsWith("&&", at)) {
        any = any.or(accept("[") ? brackets() : range());
      }
      all = all.and(any);
    } while (accept("&&"));
    expect("]");
    return negated ? all.negate() : all;
  }

  private IntPredicate range() {
    int start = at;
    IntPredicate first = single();
    boolean isRange = at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']';
    if (!isRange) {
      return first;
    }
    int low = literal(start);
    at++;
    int lastAt = at;
    single();
    int high = literal(lastAt);
    return character -> character >= low && character <= high;
  }

  /** The character that the literal at a place stands for. */
  private int literal(int place) {
    int character = source.codePointAt(place);
    return character == '\\' ? escaped(source.codePointAt(place + 1)) : character;
  }

  private IntPredicate single() {
    if (accept("\\p{")) {
      int end = source.indexOf('}', at);
      IntPredicate property = property(source.substring(at, end));
      at = end + 1;
      return property;
    }
    if (at >= source.length()) {
      throw unexpected();
    }
    int start = at;
    int character = source.codePointAt(at);
    at += Character.charCount(character);
    if (character != '\\') {
      return candidate -> candidate == character;
    }
    int escape = source.codePointAt(at);
    at += Character.charCount(escape);
    return switch (escape) {
      case 's' -> Characters::isWhitespace;
      case 'S' -> candidate -> !Characters.isWhitespace(candidate);
      case 'd' -> candidate -> candidate >= '0' && candidate <= '9';
      default -> {
        int literal = literal(start);
        yield candidate -> candidate == literal;
      }
    };
  }

  private static int escaped(int character) {
    return switch (character) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      default -> character;
    };
  }

  private IntPredicate property(String name) {
    return switch (name) {
      case "N", "P", "M" -> character -> Characters.category(character) == name.charAt(0);
      case "L", "Lu", "Ll", "Lt", "Lm", "Lo" -> character -> Characters.category(character) == 'L';
      case "S" -> character -> character != '~' && Characters.category(character) == 'S';
      case "Han" -> SplitSyntax::isHan;
      default -> throw new IllegalArgumentException("%s: unknown property '%s'".formatted(source, name));
    };
  }

  /** The blocks of unified and compatibility ideographs up to extension F, with the gaps between them. */
  private static boolean isHan(int character) {
    return (character >= 0x4E00 && character <= 0x9FFF)
        || (character >= 0x3400 && character <= 0x4DBF)
        || (character >= 0x20000 && character <= 0x2A6DF)
        || (character >= 0x2A700 && character <= 0x2EBEF)
        || (character >= 0xF900 && character <= 0xFAFF)
        || (character >= 0x2F800 && character <= 0x2FA1F);
  }

  private boolean accept(String expected) {
    if (source.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  private void expect(String expected) {
    if (!accept(expected)) {
      throw unexpected();
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("%s: unexpected at %d".formatted(source, at));
  }
}
