package io.gatun.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An expression as it is written. Immutable. */
sealed interface Expression {
  Position at();

  /** What is directly in it, in the order in which it is written. */
  List<Expression> children();

  /** What {@code =} can stand behind, as far as the grammar goes. */
  sealed interface Target extends Expression permits Name, Tuple, NamespaceAttribute {}

  /** A literal. */
  record Constant(Value value, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of();
    }
  }

  /** A variable. */
  record Name(String name, Position at) implements Target {
    @Override
    public List<Expression> children() {
      return List.of();
    }
  }

  /** {@code ns.name} in front of {@code =}. */
  record NamespaceAttribute(Name namespace, String attribute, Position at) implements Target {
    @Override
    public List<Expression> children() {
      return List.of(namespace);
    }
  }

  /** {@code (a, b)}, also without the parentheses. */
  record Tuple(List<Expression> items, Position at) implements Target {
    @Override
    public List<Expression> children() {
      return items;
    }
  }

  /** {@code [a, b]}. */
  record ListLiteral(List<Expression> items, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return items;
    }
  }

  /** {@code {a: b}}: keys and values by turns. */
  record DictLiteral(List<Expression> keysAndValues, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return keysAndValues;
    }
  }

  /** {@code value if test else otherwise}. */
  record Conditional(Expression test, Expression value, @Nullable Expression otherwise, Position at)
      implements Expression {
    @Override
    public List<Expression> children() {
      return present(test, value, otherwise);
    }
  }

  /** {@code a and b}, {@code a or b}. */
  record Logical(boolean and, Expression left, Expression right, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(left, right);
    }
  }

  /** {@code not a}. */
  record Not(Expression operand, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(operand);
    }
  }

  /** {@code -a}, {@code +a}. */
  record Signed(boolean negative, Expression operand, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(operand);
    }
  }

  /** {@code a < b <= c}: as many operators as there are further operands. */
  record Compare(Expression first, List<Comparison> operators, List<Expression> others, Position at)
      implements Expression {
    @Override
    public List<Expression> children() {
      return Stream.concat(Stream.of(first), others.stream()).toList();
    }
  }

  /** {@code a + b} and so on. */
  record Binary(BinaryOperator operator, Expression left, Expression right, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(left, right);
    }
  }

  /** {@code a ~ b ~ c}. */
  record Concat(List<Expression> parts, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return parts;
    }
  }

  /** {@code owner.name}. */
  record Attribute(Expression owner, String name, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(owner);
    }
  }

  /** {@code owner[key]}. */
  record Item(Expression owner, Expression key, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(owner, key);
    }
  }

  /** {@code start:stop:step}. */
  record SliceLiteral(
      @Nullable Expression start, @Nullable Expression stop, @Nullable Expression step, Position at)
      implements Expression {
    @Override
    public List<Expression> children() {
      return present(start, stop, step);
    }
  }

  /** {@code callee(…)}. */
  record Call(Expression callee, CallArguments arguments, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return Stream.concat(Stream.of(callee), arguments.children().stream()).toList();
    }
  }

  /** {@code input|name(…)}; without an input it is the text of a block that is filtered. */
  record Filter(@Nullable Expression input, String name, CallArguments arguments, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return Stream.concat(present(input).stream(), arguments.children().stream()).toList();
    }
  }

  /** {@code input is name(…)}. */
  record Test(Expression input, String name, CallArguments arguments, Position at) implements Expression {
    @Override
    public List<Expression> children() {
      return Stream.concat(Stream.of(input), arguments.children().stream()).toList();
    }
  }

  /**
   * What stands between the parentheses of a call.
   *
   * @param positional in order
   * @param names of the named ones
   * @param named their values
   * @param items {@code *items}
   * @param entries {@code **entries}
   */
  record CallArguments(
      List<Expression> positional,
      List<String> names,
      List<Expression> named,
      @Nullable Expression items,
      @Nullable Expression entries) {
    static final CallArguments NONE = new CallArguments(List.of(), List.of(), List.of(), null, null);

    boolean isEmpty() {
      return positional.isEmpty() && named.isEmpty() && items == null && entries == null;
    }

    List<Expression> children() {
      var all = new ArrayList<>(positional);
      all.addAll(named);
      all.addAll(present(items, entries));
      return all;
    }
  }

  private static List<Expression> present(@Nullable Expression... expressions) {
    return Stream.of(expressions).filter(Objects::nonNull).toList();
  }
}
