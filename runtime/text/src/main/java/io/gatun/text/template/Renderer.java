package io.gatun.text.template;

import io.gatun.text.template.Expression.Filter;
import io.gatun.text.template.Expression.Name;
import io.gatun.text.template.Expression.Target;
import io.gatun.text.template.Statement.Body;
import io.gatun.text.template.Statement.Procedure;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Renders a template once: carries out its statements. Expressions are the {@link Evaluator}'s. Not thread-safe. */
final class Renderer {
  private final Scopes scopes;
  private final Map<String, Value> context;
  private final Budget budget;
  private final Supplier<LocalDateTime> clock;
  private final Evaluator evaluator;
  private @Nullable Frame root;
  private TextBuilder out;
  private boolean escapes;

  /** How statements end. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /** @param context the variables and the globals; grows by what the template assigns at its top */
  Renderer(Scopes scopes, Map<String, Value> context, Budget budget, Supplier<LocalDateTime> clock) {
    this.scopes = scopes;
    this.context = context;
    this.budget = budget;
    this.clock = clock;
    this.evaluator = new Evaluator(this);
    this.out = new TextBuilder(budget);
  }

  Text render(Body template) {
    Frame frame = outermost(template, context);
    root = frame;
    execute(template, frame);
    return out.build();
  }

  Budget budget() {
    return budget;
  }

  Map<String, Value> context() {
    return context;
  }

  LocalDateTime now() {
    return clock.get();
  }

  /** Whether what is printed is escaped for HTML: only within {@code {% autoescape %}}. */
  boolean escapes() {
    return escapes;
  }

  /** {@code owner.name}: an attribute before an item. */
  Value attribute(Value owner, String name) {
    Value value = owner.attribute(name);
    if (value != null) {
      return name.startsWith("_") && !(owner instanceof Namespace) ? Undefined.unsafe(owner, name) : value;
    }
    if (owner.isHidden(name)) {
      return Undefined.unsafe(owner, name);
    }
    value = owner.item(Text.template(name), budget);
    return value == null ? Undefined.attribute(owner, name) : value;
  }

  /** {@code owner[key]}: an item before an attribute. */
  Value item(Value owner, Value key) {
    Value value = owner.item(key, budget);
    if (value != null || !(key instanceof Text name)) {
      return value == null ? Undefined.item(owner, key, budget) : value;
    }
    value = owner.attribute(name.chars());
    if (owner.isHidden(name.chars()) || (value != null && name.chars().startsWith("_"))) {
      return Undefined.unsafe(owner, name.chars());
    }
    return value == null ? Undefined.item(owner, key, budget) : value;
  }

  /** The items of a value; each counts as a step. */
  Iterator<Value> items(Value value) {
    Iterator<Value> items = value.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Value next() {
        budget.step();
        return items.next();
      }
    };
  }

  List<Value> list(Value value) {
    var list = new ArrayList<Value>();
    for (Iterator<Value> items = items(value); items.hasNext(); ) {
      list.add(items.next());
    }
    return list;
  }

  /** A list, whose depth is within the limits. */
  Value made(Value container) {
    budget.container(container);
    return container;
  }

  Value evaluate(Expression expression, Frame frame) {
    return evaluator.evaluate(expression, frame);
  }

  /** Applies a filter by its name. */
  Value filter(String name, Value input, Arguments arguments) {
    return evaluator.filter(name, input, arguments);
  }

  /** Applies a test by its name. */
  boolean test(String name, Value input, Arguments arguments) {
    return evaluator.test(name, input, arguments);
  }

  private Flow execute(Body body, Frame frame) {
    for (Statement statement : body.statements()) {
      Flow flow = execute(statement, frame);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow execute(Statement statement, Frame frame) {
    budget.step();
    budget.enter();
    try {
      Flow flow =
          switch (statement) {
            case Statement.If branches -> branch(branches, frame);
            case Statement.For loop -> loop(loop, frame);
            case Statement.With with -> with(with, frame);
            case Statement.FilterBlock block -> filtered(block, frame);
            case Statement.SetBlock set -> set(set, frame);
            case Statement.AutoEscape block -> escaped(block, frame);
            case Statement.Jump jump -> jump.ends() ? Flow.BREAK : Flow.CONTINUE;
            default -> {
              straight(statement, frame);
              yield Flow.ON;
            }
          };
      budget.leave();
      return flow;
    } catch (TemplateException e) {
      throw e.at(statement.at());
    }
  }

  /** Statements after which the next one follows. */
  private void straight(Statement statement, Frame frame) {
    switch (statement) {
      case Statement.Output output -> output(output, frame);
      case Statement.Set set -> assign(set.target(), evaluate(set.value(), frame), frame);
      case Statement.Macro macro -> {
        Procedure procedure = macro.procedure();
        store(String.valueOf(procedure.name()), new MacroValue(procedure, frame), frame);
      }
      case Statement.CallBlock call -> print(evaluator.call(call.call(), new MacroValue(call.caller(), frame), frame));
      case Statement.Generation generation ->
          print(call(new MacroValue(generation.caller(), frame), Arguments.of()));
      case Statement.Block block -> block(block, frame);
      case Statement.Load load -> {
        evaluate(load.template(), frame);
        throw TemplateException.type("no loader for this environment specified");
      }
      default -> throw new AssertionError(statement);
    }
  }

  private void output(Statement.Output output, Frame frame) {
    for (Expression part : output.parts()) {
      if (part instanceof Expression.Constant constant && constant.value() instanceof Text data && !escapes) {
        budget.step();
        out.append(data);
      } else {
        print(evaluate(part, frame));
      }
    }
  }

  private void print(Value value) {
    out.append(escapes ? Markup.escaped(value, budget) : Repr.string(value, budget));
  }

  private Flow branch(Statement.If branches, Frame frame) {
    for (int i = 0; i < branches.tests().size(); i++) {
      if (evaluate(branches.tests().get(i), frame).truth()) {
        return execute(branches.bodies().get(i), frame);
      }
    }
    return execute(branches.otherwise(), frame);
  }

  private Flow loop(Statement.For loop, Frame frame) {
    Value items = evaluate(loop.items(), frame);
    if (!loop.recursive()) {
      return loop(loop, items, null, 0, frame);
    }
    print(recursion(loop, frame).render(items, 0));
    return Flow.ON;
  }

  private LoopValue.Recursion recursion(Statement.For loop, Frame frame) {
    return (items, depth) -> captured(() -> loop(loop, items, recursion(loop, frame), depth, frame));
  }

  private Flow loop(
      Statement.For loop, Value items, LoopValue.@Nullable Recursion recursion, int depth, Frame outer) {
    Value source = loop.test() == null ? items : tested(loop, items, outer);
    var state = new LoopValue(source, items(source), recursion, depth);
    Layout layout = scopes.layout(loop.body());
    boolean empty = true;
    for (Value item = state.advance(); item != null; item = state.advance()) {
      empty = false;
      var frame = new Frame(layout, outer, context);
      frame.assign("loop", state);
      assign(loop.target(), item, frame);
      if (execute(loop.body(), frame) == Flow.BREAK) {
        break;
      }
    }
    return empty && loop.otherwise() != null
        ? execute(loop.otherwise(), new Frame(scopes.layout(loop.otherwise()), outer, context))
        : Flow.ON;
  }

  /** The items for which a loop's test holds, tested when they are asked for. */
  private Value tested(Statement.For loop, Value items, Frame outer) {
    Expression test = java.util.Objects.requireNonNull(loop.test());
    Layout layout = scopes.layout(test);
    return new Stream(
        "generator",
        items,
        new Lookahead(
            items(items),
            item -> {
              var frame = new Frame(layout, outer, context);
              assign(loop.target(), item, frame);
              return evaluate(test, frame).truth() ? item : null;
            }));
  }

  private Flow with(Statement.With with, Frame outer) {
    var frame = new Frame(scopes.layout(with.body()), outer, context);
    for (int i = 0; i < with.targets().size(); i++) {
      assign(with.targets().get(i), evaluate(with.values().get(i), outer), frame);
    }
    return execute(with.body(), frame);
  }

  private Flow filtered(Statement.FilterBlock block, Frame outer) {
    var frame = new Frame(scopes.layout(block.body()), outer, context);
    TextBuilder around = redirect();
    Flow flow = execute(block.body(), frame);
    Text text = restore(around);
    if (flow == Flow.ON) {
      print(filtered(block.filter(), text, frame));
    }
    return flow;
  }

  private Flow set(Statement.SetBlock set, Frame outer) {
    var frame = new Frame(scopes.layout(set.body()), outer, context);
    TextBuilder around = redirect();
    Flow flow = execute(set.body(), frame);
    Value text = restore(around).asMarkup(escapes);
    if (flow == Flow.ON) {
      assign(set.target(), set.filter() == null ? text : filtered(set.filter(), text, frame), outer);
    }
    return flow;
  }

  /** Filters without an input of their own, of which the first takes {@code text}. */
  private Value filtered(Filter filter, Value text, Frame frame) {
    Value input = filter.input() instanceof Filter inner ? filtered(inner, text, frame) : text;
    return evaluator.filter(filter, input, frame);
  }

  private Flow escaped(Statement.AutoEscape block, Frame outer) {
    boolean before = escapes;
    escapes = evaluate(block.enabled(), outer).truth();
    Flow flow = execute(block.body(), new Frame(scopes.layout(block.body()), outer, context));
    escapes = before;
    return flow;
  }

  private void block(Statement.Block block, Frame frame) {
    var visible = context;
    if (block.scoped()) {
      visible = new HashMap<>(context);
      frame.exportTo(visible);
    }
    execute(block.body(), outermost(block.body(), visible));
  }

  private Frame outermost(Body body, Map<String, Value> visible) {
    var frame = new Frame(scopes.layout(body), null, visible);
    frame.assign(Scopes.SELF, new BlocksValue(this));
    return frame;
  }

  /** What prints a block once more; null if there is no such block. */
  @Nullable Value block(String name) {
    Body body = scopes.blocks().get(name);
    return body == null
        ? null
        : Builtin.of(name, _ -> captured(() -> execute(body, outermost(body, context))));
  }

  private TextBuilder redirect() {
    TextBuilder around = out;
    out = new TextBuilder(budget);
    return around;
  }

  private Text restore(TextBuilder around) {
    Text text = out.build();
    out = around;
    return text;
  }

  private Text captured(Runnable rendering) {
    budget.enter(); // a call takes more of the stack than other nodes do
    TextBuilder around = redirect();
    rendering.run();
    budget.leave();
    return restore(around).asMarkup(escapes);
  }

  /** Assigns to a target; {@code value} is taken apart if that is a tuple. */
  private void assign(Target target, Value value, Frame frame) {
    switch (target) {
      case Name name -> store(name.name(), value, frame);
      case Expression.NamespaceAttribute attribute -> {
        if (!(evaluate(attribute.namespace(), frame) instanceof Namespace namespace)) {
          throw TemplateException.of("TemplateRuntimeError", "cannot assign attribute on non-namespace object")
              .at(attribute.at());
        }
        namespace.set(attribute.attribute(), made(value));
      }
      case Expression.Tuple tuple -> assignAll(tuple, value, frame);
    }
  }

  private void store(String name, Value value, Frame frame) {
    frame.assign(name, value);
    if (frame == root && !scopes.blocks().isEmpty()) {
      context.put(name, value);
    }
  }

  private void assignAll(Expression.Tuple tuple, Value value, Frame frame) {
    if (!value.isIterable()) {
      throw TemplateException.type("cannot unpack non-iterable %s object".formatted(value.type())).at(tuple.at());
    }
    List<Value> values = list(value);
    int expected = tuple.items().size();
    if (values.size() != expected) {
      String problem =
          values.size() < expected
              ? "not enough values to unpack (expected %d, got %d)".formatted(expected, values.size())
              : "too many values to unpack (expected %d)".formatted(expected);
      throw TemplateException.value(problem).at(tuple.at());
    }
    for (int i = 0; i < expected; i++) {
      assign((Target) tuple.items().get(i), values.get(i), frame);
    }
  }

  /** Calls a macro: its body's text. */
  Value call(MacroValue macro, Arguments arguments) {
    Procedure procedure = macro.procedure();
    var frame = new Frame(scopes.layout(procedure.body()), macro.frame(), context);
    var named = new LinkedHashMap<>(arguments.named());
    int count = procedure.parameters().size();
    List<Value> given = arguments.positional();
    for (int i = 0; i < count; i++) {
      String name = procedure.parameters().get(i).name();
      Value value = i < given.size() ? given.get(i) : named.remove(name);
      frame.assign(name, value == null ? missing(procedure, i, frame) : value);
    }
    var used = scopes.specials(procedure);
    if (used.contains("caller")) {
      Value caller = named.remove("caller");
      frame.assign("caller", caller == null ? Undefined.hint("No caller defined") : caller);
    }
    if (used.contains("kwargs")) {
      frame.assign("kwargs", namedArguments(named));
    } else if (!named.isEmpty()) {
      throw TemplateException.type(
          "macro %s takes no keyword argument '%s'".formatted(macro.name(), named.firstEntry().getKey()));
    }
    if (used.contains("varargs")) {
      frame.assign("varargs", new TupleValue(given.subList(Math.min(count, given.size()), given.size())));
    } else if (given.size() > count) {
      throw TemplateException.type("macro %s takes not more than %d argument(s)".formatted(macro.name(), count));
    }
    return captured(() -> execute(procedure.body(), frame));
  }

  private static Value namedArguments(Map<String, Value> named) {
    var entries = new LinkedHashMap<Value, Value>();
    named.forEach((name, value) -> entries.put(Text.template(name), value));
    return new DictValue(entries);
  }

  private Value missing(Procedure procedure, int parameter, Frame frame) {
    int place = parameter - (procedure.parameters().size() - procedure.defaults().size());
    String name = procedure.parameters().get(parameter).name();
    return place < 0
        ? Undefined.hint("parameter '%s' was not provided".formatted(name))
        : evaluate(procedure.defaults().get(place), frame);
  }
}
