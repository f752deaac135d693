package io.gatun.text.template;

import java.util.List;

/** The tokens of a template, read from the first to the last. */
final class TokenStream {
  private final List<Token> tokens;
  private int at;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token ahead() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** The current token; goes on to the next. */
  Token next() {
    Token token = current();
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean is(Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean isOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean isName(String name) {
    return current().isName(name);
  }

  boolean skipName(String name) {
    boolean found = isName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Token.Kind kind) {
    if (!is(kind)) {
      throw unexpected(new Token(kind, "name", None.NONE, current().at()).describe());
    }
    return next();
  }

  Token expectOperator(String operator) {
    if (!isOperator(operator)) {
      throw unexpected(operator);
    }
    return next();
  }

  Token expectName(String name) {
    if (!isName(name)) {
      throw unexpected(name);
    }
    return next();
  }

  private TemplateException unexpected(String expected) {
    return error(
        is(Token.Kind.END)
            ? "unexpected end of template, expected '%s'.".formatted(expected)
            : "expected token '%s', got '%s'".formatted(expected, current().describe()));
  }

  TemplateException error(String message) {
    return TemplateException.syntax(message, current().at());
  }
}
