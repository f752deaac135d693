package io.gatun.text.template;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method of a value, not called yet.
 *
 * @param self whose method it is
 * @param function takes {@code self} first
 */
record Method(Value self, Builtin function) implements Callable {

  static @Nullable Method find(Map<String, Builtin> methods, Value self, String name) {
    Builtin function = methods.get(name);
    return function == null ? null : new Method(self, function);
  }

  @Override
  public Value call(Renderer renderer, Arguments arguments) {
    return function.call(renderer, arguments.after(self));
  }

  @Override
  public String type() {
    return "builtin_function_or_method";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<built-in method %s of %s object>".formatted(function.signature().function(), self.type()));
  }
}
