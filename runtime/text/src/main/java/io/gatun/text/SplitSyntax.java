package io.gatun.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The syntax of split patterns: regular expressions of character sets, groups, alternatives, repetitions, the end
 * {@code $} and lookahead. {@code \s} is the property White_Space; {@code &&} intersects what stands on its two sides
 * in brackets; what else a class holds is up to the {@link SplitDialect}. What looks behind, names a group or repeats
 * what it found is not of this syntax.
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

  /** From {@code min} to {@code max} times: as often as possible, or if it is lazy as seldom. */
  record Repeat(Node part, int min, int max, boolean lazy) implements Node {}

  /** Nothing, where what follows matches or, negated, does not. */
  record Ahead(Node part, boolean negated) implements Node {}

  /** Nothing, at the end of the text. */
  record End() implements Node {}

  static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final int MAX_TIMES = 1000;
  private static final int MAX_DEPTH = 100;

  private final String source;
  private final SplitDialect dialect;
  private int at;
  private int depth;
  private boolean ignoresCase;

  private SplitSyntax(String source, SplitDialect dialect) {
    this.source = source;
    this.dialect = dialect;
  }

  /** @throws IllegalArgumentException if the pattern is not of this syntax */
  static Node parse(String source, SplitDialect dialect) {
    var syntax = new SplitSyntax(source, dialect);
    Node node = syntax.choice();
    if (syntax.at < source.length()) {
      throw syntax.unexpected();
    }
    return node;
  }

  /** Case is ignored up to the end of a group where that is switched on within it. */
  private Node choice() {
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException("a pattern of more than %d levels of groups".formatted(MAX_DEPTH));
    }
    boolean outside = ignoresCase;
    var alternatives = new ArrayList<Node>();
    do {
      alternatives.add(sequence());
    } while (accept("|"));
    ignoresCase = outside;
    depth--;
    return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(List.copyOf(alternatives));
  }

  private Node sequence() {
    var parts = new ArrayList<Node>();
    while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
      if (dialect == SplitDialect.ONIGURUMA && accept("(?i)")) {
        ignoresCase = true;
      } else {
        parts.add(repeated(part()));
      }
    }
    return new Sequence(List.copyOf(parts));
  }

  private Node part() {
    if (accept("(?=")) {
      return new Ahead(closed(choice()), false);
    }
    if (accept("(?!")) {
      return new Ahead(closed(choice()), true);
    }
    if (dialect == SplitDialect.ONIGURUMA && accept("(?i:")) {
      boolean outside = ignoresCase;
      ignoresCase = true;
      Node group = closed(choice());
      ignoresCase = outside;
      return group;
    }
    if (accept("(?:")) {
      return closed(choice());
    }
    if (accept("(")) {
      if (at < source.length() && source.charAt(at) == '?') {
        throw unexpected();
      }
      return closed(choice());
    }
    if (accept("$")) {
      return dialect == SplitDialect.LLAMA_CPP ? new End() : endOfLine();
    }
    if (dialect == SplitDialect.ONIGURUMA && accept("\\z")) {
      return new End();
    }
    return new One(set());
  }

  private static Node endOfLine() {
    var newline = new CharacterSet("\\n", character -> character == '\n');
    return new Choice(List.of(new Ahead(new One(newline), false), new End()));
  }

  private Node closed(Node group) {
    expect(")");
    return group;
  }

  private Node repeated(Node part) {
    Node repeated = part;
    while (true) {
      int start = at;
      int min;
      int max = UNBOUNDED;
      boolean interval = false;
      if (accept("?")) {
        min = 0;
        max = 1;
      } else if (accept("*")) {
        min = 0;
      } else if (accept("+")) {
        min = 1;
      } else if (accept("{")) {
        interval = true;
        min = at < source.length() && source.charAt(at) == ',' ? 0 : number();
        max = !accept(",") ? min : at < source.length() && source.charAt(at) == '}' ? UNBOUNDED : number();
        expect("}");
      } else {
        return repeated;
      }
      if (max < min) {
        at = start;
        throw unexpected();
      }
      if (dialect == SplitDialect.ONIGURUMA && !interval && at < source.length() && source.charAt(at) == '+') {
        throw new IllegalArgumentException("a possessive repetition at " + at);
      }
      boolean lazy = dialect == SplitDialect.ONIGURUMA && accept("?");
      repeated = new Repeat(repeated, min, max, lazy);
    }
  }

  private int number() {
    int start = at;
    while (at < source.length() && at < start + 4 && Character.isDigit(source.charAt(at))) {
      at++;
    }
    int number = at == start ? -1 : Integer.parseInt(source, start, at, 10);
    if (number < 0 || number > MAX_TIMES) {
      throw unexpected();
    }
    return number;
  }

  private CharacterSet set() {
    int start = at;
    IntPredicate members = accept("[") ? brackets() : single();
    String spelled = source.substring(start, at);
    return ignoresCase ? new CharacterSet("(?i)" + spelled, ignoringCase(members)) : new CharacterSet(spelled, members);
  }

  private static IntPredicate ignoringCase(IntPredicate members) {
    return character -> {
      int upper = Character.toUpperCase(character);
      int folded = Character.toLowerCase(upper);
      return members.test(character) || members.test(upper) || members.test(folded);
    };
  }

  private IntPredicate brackets() {
    boolean negated = accept("^");
    IntPredicate all = character -> true;
    do {
      IntPredicate any = character -> false;
      while (at < source.length() && source.charAt(at) != ']' && !source.startsWith("&&", at)) {
        any = any.or(member());
      }
      all = all.and(any);
    } while (accept("&&"));
    expect("]");
    return negated ? all.negate() : all;
  }

  private IntPredicate member() {
    if (dialect == SplitDialect.ONIGURUMA && accept("[:")) {
      return property(":]");
    }
    return accept("[") ? brackets() : range();
  }

  private IntPredicate range() {
    Optional<IntPredicate> known = escapedClass();
    if (known.isPresent()) {
      return known.get();
    }
    int start = at;
    int low = literal();
    boolean isRange = at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']';
    if (!isRange) {
      return candidate -> candidate == low;
    }
    at++;
    int high = literal();
    if (high < low) {
      at = start;
      throw unexpected();
    }
    return character -> character >= low && character <= high;
  }

  private IntPredicate single() {
    boolean standard = dialect == SplitDialect.ONIGURUMA;
    if (standard && accept("\\w")) {
      return SplitDialect::isBareWord;
    }
    if (standard && accept("\\W")) {
      return candidate -> !SplitDialect.isBareWord(candidate);
    }
    if (standard && accept(".")) {
      return candidate -> candidate != '\n';
    }
    Optional<IntPredicate> known = escapedClass();
    if (known.isPresent()) {
      return known.get();
    }
    if (at < source.length() && (standard ? "*+?{^" : "*+?").indexOf(source.charAt(at)) >= 0) {
      throw unexpected();
    }
    int literal = literal();
    return candidate -> candidate == literal;
  }

  /** The class that a backslash and a letter stand for, if one does here. */
  private Optional<IntPredicate> escapedClass() {
    if (accept("\\p{")) {
      return Optional.of(property("}"));
    }
    if (accept("\\s")) {
      return Optional.of(Characters::isWhitespace);
    }
    if (accept("\\S")) {
      return Optional.of(candidate -> !Characters.isWhitespace(candidate));
    }
    if (accept("\\d")) {
      return Optional.of(dialect::isDigit);
    }
    return dialect == SplitDialect.ONIGURUMA ? standardClass() : Optional.empty();
  }

  private Optional<IntPredicate> standardClass() {
    if (accept("\\P{")) {
      return Optional.of(property("}").negate());
    }
    if (accept("\\D")) {
      return Optional.of(candidate -> !dialect.isDigit(candidate));
    }
    if (accept("\\w")) {
      return Optional.of(SplitDialect::isWord);
    }
    if (accept("\\W")) {
      return Optional.of(candidate -> !SplitDialect.isWord(candidate));
    }
    if (accept("\\h")) {
      return Optional.of(SplitDialect::isHexadecimal);
    }
    return accept("\\H") ? Optional.of(candidate -> !SplitDialect.isHexadecimal(candidate)) : Optional.empty();
  }

  private IntPredicate property(String close) {
    int end = source.indexOf(close, at);
    if (end < 0) {
      throw unexpected();
    }
    String name = source.substring(at, end);
    at = end + close.length();
    return dialect.property(name);
  }

  /** One character, which may be escaped. */
  private int literal() {
    int character = next();
    return character == '\\' ? escaped(next()) : character;
  }

  private int next() {
    if (at >= source.length()) {
      throw unexpected();
    }
    int character = source.codePointAt(at);
    at += Character.charCount(character);
    return character;
  }

  private int escaped(int character) {
    return switch (character) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 0x07;
      case 'e' -> 0x1B;
      case 'x' -> accept("{") ? hexadecimal(1, 6, "}") : hexadecimal(2, 2, "");
      case 'u' -> hexadecimal(4, 4, "");
      default -> {
        if (Character.isLetterOrDigit(character)) {
          throw unexpected();
        }
        yield character;
      }
    };
  }

  private int hexadecimal(int min, int max, String close) {
    int start = at;
    while (at < source.length() && at < start + max && SplitDialect.isHexadecimal(source.charAt(at))) {
      at++;
    }
    if (at < start + min) {
      throw unexpected();
    }
    int character = Integer.parseInt(source, start, at, 16);
    expect(close);
    return character;
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
