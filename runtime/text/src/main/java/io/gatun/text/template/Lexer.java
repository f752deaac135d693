package io.gatun.text.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Splits a template into tokens, with the environment's settings: {@code trim_blocks} (the line end after a block is
 * dropped) and {@code lstrip_blocks} (so is the white space before one on its line). One use.
 */
final class Lexer {
  private static final String[] OPERATORS = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
    ".", ":", "|", ",", ";"
  };

  private final Source source;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> brackets = new ArrayDeque<>();
  private int at;

  private Lexer(String template) {
    this.source = new Source(template);
    this.text = source.text();
  }

  static List<Token> tokens(String template) {
    var lexer = new Lexer(template);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < text.length()) {
      int tag = nextTag(at);
      if (tag < 0) {
        data(at, text.length());
        at = text.length();
      } else {
        tag(tag);
      }
    }
    add(Token.Kind.END, "", text.length());
  }

  private TemplateException error(String message, int offset) {
    return TemplateException.syntax(message, source.position(offset));
  }

  private void add(Token.Kind kind, String value, int offset) {
    tokens.add(new Token(kind, value, None.NONE, source.position(offset)));
  }

  private void data(int from, int to) {
    if (from < to) {
      add(Token.Kind.DATA, text.substring(from, to), from);
    }
  }

  private int nextTag(int from) {
    for (int i = text.indexOf('{', from); i >= 0; i = text.indexOf('{', i + 1)) {
      if (i + 1 < text.length() && "{%#".indexOf(text.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char sign(int offset) {
    char c = offset < text.length() ? text.charAt(offset) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  private void tag(int tag) {
    char kind = text.charAt(tag + 1);
    char sign = sign(tag + 2);
    data(at, stripped(at, tag, sign, kind != '{'));
    int body = tag + (sign == 0 ? 2 : 3);
    switch (kind) {
      case '#' -> comment(tag, body);
      case '{' -> {
        add(Token.Kind.VARIABLE_BEGIN, "", tag);
        expressions(body, '}', Token.Kind.VARIABLE_END);
      }
      default -> {
        int raw = wordThenEnd(body, "raw");
        if (raw >= 0) {
          raw(tag, raw);
        } else {
          add(Token.Kind.BLOCK_BEGIN, "", tag);
          expressions(body, '%', Token.Kind.BLOCK_END);
        }
      }
    }
  }

  /** Where the data before a tag ends: before white space that the tag's sign or the environment drops. */
  private int stripped(int from, int to, char sign, boolean block) {
    int end = to;
    if (sign == '-') {
      while (end > from && Chars.isSpace(text.charAt(end - 1))) {
        end--;
      }
      return end;
    }
    if (sign == '+' || !block) {
      return to;
    }
    while (end > from && text.charAt(end - 1) != '\n' && Chars.isSpace(text.charAt(end - 1))) {
      end--;
    }
    boolean lineStart = end == 0 || text.charAt(end - 1) == '\n';
    return lineStart ? end : to;
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < text.length() && Chars.isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Where a raw block begins: behind the word and the end of its tag; -1 if this is something else. */
  private int wordThenEnd(int from, String word) {
    int i = skipSpace(from);
    if (!text.startsWith(word, i)) {
      return -1;
    }
    i = skipSpace(i + word.length());
    return text.startsWith("-%}", i) ? skipSpace(i + 3) : text.startsWith("%}", i) ? i + 2 : -1;
  }

  private void raw(int tag, int from) {
    for (int i = text.indexOf("{%", from); i >= 0; i = text.indexOf("{%", i + 1)) {
      char sign = sign(i + 2);
      int word = skipSpace(i + (sign == 0 ? 2 : 3));
      int end = text.startsWith("endraw", word) ? skipSpace(word + "endraw".length()) : -1;
      int next = end < 0 ? -1 : afterEnd(end, "%}", true);
      if (next >= 0) {
        data(from, stripped(from, i, sign, true));
        at = next;
        return;
      }
    }
    requireNothing(from, "Missing end of raw directive", tag);
  }

  private void comment(int tag, int from) {
    for (int i = from; i < text.length(); i++) {
      int next = afterEnd(i, "#}", true);
      if (next >= 0) {
        at = next;
        return;
      }
    }
    requireNothing(from, "Missing end of comment tag", tag);
  }

  /** A raw block or a comment that begins at the very end of the template needs no end. */
  private void requireNothing(int from, String otherwise, int tag) {
    if (from < text.length()) {
      throw error(otherwise, tag);
    }
    at = from;
  }

  /** The offset behind an end with its sign and what that drops; -1 if there is none here. */
  private int afterEnd(int from, String end, boolean trims) {
    char sign = sign(from);
    if (sign == '+' && !trims) {
      return -1;
    }
    int begin = sign == 0 ? from : from + 1;
    if (!text.startsWith(end, begin)) {
      return -1;
    }
    int next = begin + end.length();
    return sign == '-' ? skipSpace(next) : trims && sign == 0 && text.startsWith("\n", next) ? next + 1 : next;
  }

  private void expressions(int from, char closing, Token.Kind kind) {
    at = from;
    String end = closing + "}";
    while (at < text.length()) {
      int next = brackets.isEmpty() ? afterEnd(at, end, closing == '%') : -1;
      if (next >= 0) {
        add(kind, "", at);
        at = next;
        return;
      }
      if (Chars.isSpace(text.charAt(at))) {
        at++;
      } else {
        token();
      }
    }
  }

  private void token() {
    char c = text.charAt(at);
    if (c >= '0' && c <= '9') {
      number();
    } else if (Chars.isWord(text.codePointAt(at))) {
      name();
    } else if ((c == '"' || c == '\'') && closingQuote() > 0) {
      string();
    } else {
      operator();
    }
  }

  private void number() {
    var scanner = new NumberScanner(text, at);
    boolean afterDot = at > 0 && text.charAt(at - 1) == '.';
    tokens.add(new Token(Token.Kind.NUMBER, "number", scanner.read(!afterDot), source.position(at)));
    at = scanner.end();
  }

  private void name() {
    int end = at;
    while (end < text.length() && Chars.isWord(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    String name = text.substring(at, end);
    if (!TextMethods.isIdentifier(name)) {
      throw error("Invalid character in identifier", at);
    }
    add(Token.Kind.NAME, name, at);
    at = end;
  }

  private int closingQuote() {
    char quote = text.charAt(at);
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == quote) {
        return i;
      }
    }
    return -1;
  }

  private void string() {
    int end = closingQuote();
    String value = StringEscapes.decoded(text.substring(at + 1, end), source.position(at));
    add(Token.Kind.STRING, value, at);
    at = end + 1;
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        balance(operator.charAt(0));
        add(Token.Kind.OPERATOR, operator, at);
        at += operator.length();
        return;
      }
    }
    throw error("unexpected char '%s' at %d".formatted(Character.toString(text.codePointAt(at)), at), at);
  }

  private void balance(char c) {
    switch (c) {
      case '(' -> brackets.push(')');
      case '[' -> brackets.push(']');
      case '{' -> brackets.push('}');
      case ')', ']', '}' -> {
        if (brackets.isEmpty()) {
          throw error("unexpected '%c'".formatted(c), at);
        }
        char expected = brackets.pop();
        if (expected != c) {
          throw error("unexpected '%c', expected '%c'".formatted(c, expected), at);
        }
      }
      default -> {} // no bracket
    }
  }
}
