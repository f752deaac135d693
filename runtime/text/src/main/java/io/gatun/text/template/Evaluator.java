package io.gatun.text.template;

import io.gatun.text.template.Expression.CallArguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes expressions. */
final class Evaluator {
  private final Renderer renderer;
  private final Budget budget;

  Evaluator(Renderer renderer) {
    this.renderer = renderer;
    this.budget = renderer.budget();
  }

  /** @throws TemplateException with the place of the innermost expression that fails */
  Value evaluate(Expression expression, Frame frame) {
    budget.step();
    budget.enter();
    try {
      Value value = compute(expression, frame);
      budget.leave();
      return value;
    } catch (TemplateException e) {
      throw e.at(expression.at());
    }
  }

  private Value compute(Expression expression, Frame frame) {
    return switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name name -> name(name.name(), frame);
      case Expression.Attribute a -> renderer.attribute(evaluate(a.owner(), frame), a.name());
      case Expression.Item item -> renderer.item(evaluate(item.owner(), frame), evaluate(item.key(), frame));
      case Expression.SliceLiteral slice ->
          new Slice(bound(slice.start(), frame), bound(slice.stop(), frame), bound(slice.step(), frame));
      case Expression.Call call -> call(call, null, frame);
      case Expression.Filter filter -> filter(filter, input(filter, frame), frame);
      case Expression.Test test -> test(test, frame);
      case Expression.Compare compare -> compare(compare, frame);
      case Expression.Logical logical -> logical(logical, frame);
      case Expression.Not not -> Bool.of(!evaluate(not.operand(), frame).truth());
      case Expression.Conditional conditional -> conditional(conditional, frame);
      case Expression.Binary binary ->
          renderer.made(
              Arithmetic.apply(
                  binary.operator(), evaluate(binary.left(), frame), evaluate(binary.right(), frame), budget));
      case Expression.Concat concat -> concat(concat, frame);
      case Expression.Signed signed ->
          signed.negative()
              ? Arithmetic.negated(evaluate(signed.operand(), frame))
              : Arithmetic.positive(evaluate(signed.operand(), frame));
      case Expression.Tuple tuple -> renderer.made(new TupleValue(all(tuple.items(), frame)));
      case Expression.ListLiteral list -> renderer.made(new ListValue(all(list.items(), frame)));
      case Expression.DictLiteral dict -> dict(dict, frame);
      case Expression.NamespaceAttribute attribute ->
          renderer.attribute(evaluate(attribute.namespace(), frame), attribute.attribute());
    };
  }

  private Value name(String name, Frame frame) {
    Value value = frame.find(name, renderer.context());
    return value == null ? Undefined.name(name) : value;
  }

  private Value bound(@Nullable Expression bound, Frame frame) {
    return bound == null ? None.NONE : evaluate(bound, frame);
  }

  private List<Value> all(List<Expression> expressions, Frame frame) {
    var values = new ArrayList<Value>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, frame));
    }
    return values;
  }

  private Value dict(Expression.DictLiteral dict, Frame frame) {
    List<Value> both = all(dict.keysAndValues(), frame);
    var entries = new LinkedHashMap<Value, Value>();
    for (int i = 0; i < both.size(); i += 2) {
      DictValue.put(entries, both.get(i), both.get(i + 1));
    }
    return renderer.made(new DictValue(entries));
  }

  private Value concat(Expression.Concat concat, Frame frame) {
    List<Value> parts = all(concat.parts(), frame);
    boolean markup =
        renderer.escapes() && parts.stream().anyMatch(part -> part instanceof Text text && text.isMarkup());
    var out = new TextBuilder(budget);
    for (Value part : parts) {
      out.append(markup ? Markup.escaped(part, budget) : Repr.string(part, budget));
    }
    return out.build().asMarkup(markup);
  }

  private Value logical(Expression.Logical logical, Frame frame) {
    Value left = evaluate(logical.left(), frame);
    return left.truth() == logical.and() ? evaluate(logical.right(), frame) : left;
  }

  private Value conditional(Expression.Conditional conditional, Frame frame) {
    if (evaluate(conditional.test(), frame).truth()) {
      return evaluate(conditional.value(), frame);
    }
    return conditional.otherwise() == null
        ? Undefined.hint("the inline if-expression evaluated to false and no else section was defined.")
        : evaluate(conditional.otherwise(), frame);
  }

  private Value compare(Expression.Compare compare, Frame frame) {
    Value left = evaluate(compare.first(), frame);
    for (int i = 0; i < compare.operators().size(); i++) {
      Value right = evaluate(compare.others().get(i), frame);
      if (!compare.operators().get(i).holds(left, right, budget)) {
        return Bool.FALSE;
      }
      left = right;
    }
    return Bool.TRUE;
  }

  /** A call; {@code caller} is the body of the call block that it is of, if it is. */
  Value call(Expression.Call call, @Nullable MacroValue caller, Frame frame) {
    Value callee = evaluate(call.callee(), frame);
    Arguments arguments = arguments(call.arguments(), frame);
    if (caller != null) {
      var named = new LinkedHashMap<>(arguments.named());
      named.put("caller", caller);
      arguments = new Arguments(arguments.positional(), named);
    }
    Callable callable = Callable.of(callee);
    if (callable == null) {
      throw TemplateException.type("'%s' object is not callable".formatted(callee.type()));
    }
    return renderer.made(callable.call(renderer, arguments));
  }

  private Arguments arguments(CallArguments written, Frame frame) {
    if (written.isEmpty()) {
      return new Arguments(List.of(), Map.of());
    }
    List<Value> positional = all(written.positional(), frame);
    var named = new LinkedHashMap<String, Value>();
    for (int i = 0; i < written.names().size(); i++) {
      String name = written.names().get(i);
      Expression value = written.named().get(i);
      if (named.put(name, evaluate(value, frame)) != null) {
        throw TemplateException.syntax("keyword argument repeated: " + name, value.at());
      }
    }
    if (written.items() != null) {
      positional.addAll(renderer.list(evaluate(written.items(), frame)));
    }
    if (written.entries() != null) {
      addEntries(evaluate(written.entries(), frame), named);
    }
    return new Arguments(positional, named);
  }

  private static void addEntries(Value entries, Map<String, Value> named) {
    if (!(entries instanceof DictValue dict)) {
      throw TemplateException.type("argument after ** must be a mapping, not " + entries.type());
    }
    for (var entry : dict.entries().entrySet()) {
      if (!(entry.getKey() instanceof Text name)) {
        throw TemplateException.type("keywords must be strings");
      }
      if (named.put(name.chars(), entry.getValue()) != null) {
        throw TemplateException.type("got multiple values for keyword argument '%s'".formatted(name.chars()));
      }
    }
  }

  private Value input(Expression.Filter filter, Frame frame) {
    return filter.input() == null ? Text.EMPTY : evaluate(filter.input(), frame);
  }

  Value filter(Expression.Filter filter, Value input, Frame frame) {
    Arguments arguments = arguments(filter.arguments(), frame);
    return filter(filter.name(), input, arguments);
  }

  /** Applies a filter by its name. */
  Value filter(String name, Value input, Arguments arguments) {
    Builtin filter = Filters.find(name);
    if (filter == null) {
      throw TemplateException.of("TemplateRuntimeError", Filters.unknown(name));
    }
    return renderer.made(filter.call(renderer, arguments.after(input)));
  }

  private Value test(Expression.Test test, Frame frame) {
    Value input = evaluate(test.input(), frame);
    return Bool.of(test(test.name(), input, arguments(test.arguments(), frame)));
  }

  /** Applies a test by its name. */
  boolean test(String name, Value input, Arguments arguments) {
    Builtin test = Tests.find(name);
    if (test == null) {
      throw TemplateException.of("TemplateRuntimeError", Tests.unknown(name));
    }
    return test.call(renderer, arguments.after(input)).truth();
  }
}
