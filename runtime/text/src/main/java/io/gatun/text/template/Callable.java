package io.gatun.text.template;

import org.jspecify.annotations.Nullable;

/** A value that can be called. */
interface Callable extends Value {
  Value call(Renderer renderer, Arguments arguments);

  @Override
  default void repr(Repr out) {
    out.text().template("<%s>".formatted(type()));
  }

  /** The value as something to call; null if it is not. */
  static @Nullable Callable of(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    return value instanceof Callable callable ? callable : null;
  }
}
