package io.gatun.text.template;

import io.gatun.text.template.Expression.Filter;
import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Expression.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. Immutable. */
sealed interface Statement {
  Position at();

  /** Statements in order. Its identity is the key to the scope it opens, if it opens one. */
  final class Body {
    static final Body EMPTY = new Body(List.of());

    private final List<Statement> statements;

    Body(List<Statement> statements) {
      this.statements = List.copyOf(statements);
    }

    List<Statement> statements() {
      return statements;
    }
  }

  /** The template's own text, and {@code {{ … }}}. */
  record Output(List<Expression> parts, Position at) implements Statement {}

  /** {@code {% if %}}: the first body whose test holds, or the last one. */
  record If(List<Expression> tests, List<Body> bodies, Body otherwise, Position at) implements Statement {}

  /** {@code {% for %}}. */
  record For(
      Target target,
      Expression items,
      @Nullable Expression test,
      boolean recursive,
      Body body,
      @Nullable Body otherwise,
      Position at)
      implements Statement {}

  /** {@code {% set a = b %}}. */
  record Set(Target target, Expression value, Position at) implements Statement {}

  /** {@code {% set a %}…{% endset %}}. */
  record SetBlock(Target target, @Nullable Filter filter, Body body, Position at) implements Statement {}

  /** {@code {% with a = b %}}. */
  record With(List<Target> targets, List<Expression> values, Body body, Position at) implements Statement {}

  /** {@code {% macro %}}. */
  record Macro(Procedure procedure, Position at) implements Statement {}

  /** {@code {% call %}}: the call, and the body as a macro that the callee sees as {@code caller}. */
  record CallBlock(Procedure caller, Expression.Call call, Position at) implements Statement {}

  /** {@code {% generation %}}: what the model is to have said. */
  record Generation(Procedure caller, Position at) implements Statement {}

  /** {@code {% filter %}}. */
  record FilterBlock(Filter filter, Body body, Position at) implements Statement {}

  /** {@code {% block %}}. */
  record Block(String name, boolean scoped, Body body, Position at) implements Statement {}

  /** {@code {% autoescape %}}. */
  record AutoEscape(Expression enabled, Body body, Position at) implements Statement {}

  /** {@code {% break %}}, {@code {% continue %}}. */
  record Jump(boolean ends, Position at) implements Statement {}

  /** {@code {% include %}}, {@code {% import %}}, {@code {% extends %}}: there is nothing to load from. */
  record Load(Expression template, List<Name> targets, Position at) implements Statement {}

  /**
   * What can be called with parameters.
   *
   * @param name null for the body of a call
   * @param parameters in order
   * @param defaults of the last of them
   */
  record Procedure(@Nullable String name, List<Name> parameters, List<Expression> defaults, Body body) {}
}
