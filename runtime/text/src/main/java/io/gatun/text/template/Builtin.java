package io.gatun.text.template;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A function that the language brings along: a filter or a method takes what it works on as its first argument.
 *
 * @param signature what it takes
 * @param body what it does
 */
record Builtin(Signature signature, Function<Bound, Value> body) implements Callable {

  static Builtin of(String name, Function<Bound, Value> body, String... parameters) {
    return new Builtin(Signature.of(name, parameters), body);
  }

  @Override
  public Value call(Renderer renderer, Arguments arguments) {
    for (Value argument : arguments.positional()) {
      renderer.budget().characters(argument instanceof Text text ? text.chars().length() : 0);
    }
    return body.apply(signature.bind(renderer, arguments));
  }

  @Override
  public String type() {
    return "function";
  }

  /** Builtins by name. */
  static final class Table {
    private final Map<String, Builtin> builtins = new HashMap<>();

    Table add(String name, Function<Bound, Value> body, String... parameters) {
      builtins.put(name, of(name, body, parameters));
      return this;
    }

    Table addAll(Map<String, Builtin> others) {
      builtins.putAll(others);
      return this;
    }

    Table alias(String name, String of) {
      builtins.put(name, builtins.get(of));
      return this;
    }

    Map<String, Builtin> build() {
      return Map.copyOf(builtins);
    }
  }
}
