package io.gatun.text.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names that every template knows. */
final class Globals {
  private static final Map<String, Builtin> FUNCTIONS =
      new Builtin.Table()
          .add("range", Globals::range, "start", "stop?", "step?", "/")
          .add("dict", b -> ContainerMethods.dict(b), "mapping?", "/", "**")
          .add("namespace", b -> new Namespace((DictValue) ContainerMethods.dict(b)), "mapping?", "/", "**")
          .add("cycler", b -> new Cycler(b.rest()), "/", "*")
          .add("joiner", b -> new Joiner(b.get(0, Text.template(", "))), "sep?")
          .add("raise_exception", Globals::raise, "message")
          .add("strftime_now", Globals::now, "format")
          .build();

  private Globals() {}

  /** A context of the globals and what hides them. */
  static Map<String, Value> with(Map<String, Value> variables) {
    var context = new HashMap<String, Value>(FUNCTIONS);
    context.putAll(variables);
    return context;
  }

  private static Value range(Bound b) {
    List<Int> numbers = List.of(integer(b.get(0)), integer(b.get(1, Int.of(0))), integer(b.get(2, Int.of(1))));
    return b.has(1)
        ? RangeValue.of(numbers.get(0), numbers.get(1), numbers.get(2))
        : RangeValue.of(Int.of(0), numbers.get(0), Int.of(1));
  }

  private static Int integer(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    return new Int(Numbers.integer(value));
  }

  private static Value raise(Bound b) {
    throw TemplateException.of("TemplateError", Repr.string(b.get(0), b.budget()).chars());
  }

  private static Value now(Bound b) {
    return Text.template(Strftime.format(b.text(0).chars(), b.renderer().now()));
  }
}
