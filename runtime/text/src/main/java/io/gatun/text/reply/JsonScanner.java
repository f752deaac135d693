package io.gatun.text.reply;

import java.util.BitSet;

/** Checks a JSON value (RFC 8259) character by character, and so finds its end. Nesting is bounded. */
final class JsonScanner {
  enum Status {
    /** More characters are expected. */
    OPEN,
    /** The value is complete; a number may still grow. */
    COMPLETE,
    /** No JSON value begins so. */
    BROKEN
  }

  private enum State {
    VALUE,
    FIRST_ITEM,
    FIRST_KEY,
    KEY,
    COLON,
    AFTER,
    STRING,
    ESCAPE,
    HEX,
    WORD,
    MINUS,
    ZERO,
    INTEGER,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS,
    BROKEN
  }

  private static final int MAX_DEPTH = 500;

  /** Whether each open level is an object. */
  private final BitSet objects = new BitSet();
  private int depth;
  private State state = State.VALUE;
  private boolean key;
  private String word = "";
  private int matched;

  /** Takes the next character. After {@link Status#BROKEN} nothing is accepted. */
  Status accept(char c) {
    state = next(c);
    return status();
  }

  Status status() {
    if (state == State.BROKEN) {
      return Status.BROKEN;
    }
    return depth == 0 && (state == State.AFTER || endsNumber()) ? Status.COMPLETE : Status.OPEN;
  }

  private boolean endsNumber() {
    return switch (state) {
      case ZERO, INTEGER, FRACTION, EXPONENT_DIGITS -> true;
      default -> false;
    };
  }

  private State next(char c) {
    return switch (state) {
      case VALUE -> Prose.isSpace(c) ? state : begin(c);
      case FIRST_ITEM -> Prose.isSpace(c) ? state : c == ']' ? close(c) : begin(c);
      case FIRST_KEY -> Prose.isSpace(c) ? state : c == '}' ? close(c) : beginKey(c);
      case KEY -> Prose.isSpace(c) ? state : beginKey(c);
      case COLON -> Prose.isSpace(c) ? state : c == ':' ? State.VALUE : State.BROKEN;
      case AFTER -> after(c);
      case STRING -> string(c);
      case ESCAPE -> escape(c);
      case HEX -> hex(c);
      case WORD -> word(c);
      case MINUS -> c == '0' ? State.ZERO : isDigit(c) ? State.INTEGER : State.BROKEN;
      case ZERO -> afterInteger(c);
      case INTEGER -> isDigit(c) ? state : afterInteger(c);
      case POINT -> isDigit(c) ? State.FRACTION : State.BROKEN;
      case FRACTION -> isDigit(c) ? state : isExponent(c) ? State.EXPONENT : after(c);
      case EXPONENT ->
          c == '+' || c == '-' ? State.EXPONENT_SIGN : isDigit(c) ? State.EXPONENT_DIGITS : State.BROKEN;
      case EXPONENT_SIGN -> isDigit(c) ? State.EXPONENT_DIGITS : State.BROKEN;
      case EXPONENT_DIGITS -> isDigit(c) ? state : after(c);
      case BROKEN -> state;
    };
  }

  private State begin(char c) {
    return switch (c) {
      case '{', '[' -> open(c);
      case '"' -> State.STRING;
      case 't' -> beginWord("true");
      case 'f' -> beginWord("false");
      case 'n' -> beginWord("null");
      case '-' -> State.MINUS;
      case '0' -> State.ZERO;
      default -> isDigit(c) ? State.INTEGER : State.BROKEN;
    };
  }

  private State open(char c) {
    if (depth == MAX_DEPTH) {
      return State.BROKEN;
    }
    objects.set(depth++, c == '{');
    return c == '{' ? State.FIRST_KEY : State.FIRST_ITEM;
  }

  private State close(char c) {
    if (depth == 0 || objects.get(depth - 1) != (c == '}')) {
      return State.BROKEN;
    }
    depth--;
    return State.AFTER;
  }

  private State beginKey(char c) {
    key = true;
    return c == '"' ? State.STRING : State.BROKEN;
  }

  private State after(char c) {
    return switch (c) {
      case ' ', '\n', '\t', '\r' -> State.AFTER;
      case ',' -> depth == 0 ? State.BROKEN : objects.get(depth - 1) ? State.KEY : State.VALUE;
      case '}', ']' -> close(c);
      default -> State.BROKEN;
    };
  }

  private State afterInteger(char c) {
    return c == '.' ? State.POINT : isExponent(c) ? State.EXPONENT : after(c);
  }

  private State string(char c) {
    if (c == '"') {
      State then = key ? State.COLON : State.AFTER;
      key = false;
      return then;
    }
    return c == '\\' ? State.ESCAPE : c < ' ' ? State.BROKEN : State.STRING;
  }

  private State escape(char c) {
    matched = 0;
    return c == 'u' ? State.HEX : "\"\\/bfnrt".indexOf(c) >= 0 ? State.STRING : State.BROKEN;
  }

  private State hex(char c) {
    boolean digit = c < 128 && Character.digit(c, 16) >= 0;
    return digit ? (++matched == 4 ? State.STRING : State.HEX) : State.BROKEN;
  }

  private State beginWord(String expected) {
    word = expected;
    matched = 1;
    return State.WORD;
  }

  private State word(char c) {
    return c != word.charAt(matched) ? State.BROKEN : ++matched == word.length() ? State.AFTER : State.WORD;
  }

  private static boolean isExponent(char c) {
    return c == 'e' || c == 'E';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
