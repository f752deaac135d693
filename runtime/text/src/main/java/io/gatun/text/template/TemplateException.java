package io.gatun.text.template;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A template that cannot be parsed or rendered: it is malformed, it refuses its input ({@code raise_exception}), or it
 * exceeds one of the {@link TemplateLimits}. The message is one line: the place in the template and what is wrong.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String kind;
  private final String reason;
  private final transient @Nullable Position position;

  private TemplateException(String message, String kind, String reason, @Nullable Position position) {
    super(message, null, false, false);
    this.kind = kind;
    this.reason = reason;
    this.position = position;
  }

  private TemplateException(String kind, String reason, @Nullable Position position) {
    this(message(kind, reason, position), kind, reason, position);
  }

  private static String message(String kind, String reason, @Nullable Position position) {
    String what = "%s: %s".formatted(kind, reason);
    return position == null
        ? what
        : String.format(Locale.ROOT, "line %d, column %d: %s", position.line(), position.column(), what);
  }

  /** An error of a kind that Python names so, at a place that is not known yet. */
  static TemplateException of(String kind, String reason) {
    return new TemplateException(kind, reason, null);
  }

  static TemplateException syntax(String reason, Position position) {
    return new TemplateException("TemplateSyntaxError", reason, position);
  }

  static TemplateException type(String reason) {
    return of("TypeError", reason);
  }

  static TemplateException value(String reason) {
    return of("ValueError", reason);
  }

  static TemplateException limit(String reason) {
    return of("TemplateLimit", reason);
  }

  /** The same error at its place; the innermost place stays. */
  TemplateException at(Position place) {
    return position == null ? new TemplateException(kind, reason, place) : this;
  }

  /** The same error, saying whose template it is: {@code model.gguf: chat template}. */
  public TemplateException in(String origin) {
    return new TemplateException(origin + ": " + getMessage(), kind, reason, position);
  }

  /** The line in the template, from 1; 0 if the error has no place. */
  public int line() {
    return position == null ? 0 : position.line();
  }

  /** The column in the line, from 1; 0 if the error has no place. */
  public int column() {
    return position == null ? 0 : position.column();
  }

  /** The kind of error, as Python names it: {@code UndefinedError}; {@code TemplateLimit} for an exceeded limit. */
  public String kind() {
    return kind;
  }

  /** Whether the template itself is wrong, whatever it is rendered with. */
  public boolean isMalformed() {
    return kind.equals("TemplateSyntaxError") || kind.equals("TemplateAssertionError");
  }

  /** What is wrong, without the place and the kind. */
  public String reason() {
    return reason;
  }
}
