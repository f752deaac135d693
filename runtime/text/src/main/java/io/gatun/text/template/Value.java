package io.gatun.text.template;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A value of the template language, which is Python's. Equality and hash codes are Python's too: {@code 1 == 1.0 ==
 * True}.
 */
interface Value {
  /** The name of its type, as Python's messages have it. */
  String type();

  /** Appends what {@code repr} gives. */
  void repr(Repr out);

  /** Appends what {@code str} gives. */
  default void str(Repr out) {
    repr(out);
  }

  default boolean truth() {
    return true;
  }

  /** Whether it has a {@link #length}. */
  default boolean isSized() {
    return false;
  }

  default int length() {
    throw TemplateException.type("object of type '%s' has no len()".formatted(type()));
  }

  default boolean isIterable() {
    return false;
  }

  default Iterator<Value> iterator() {
    throw TemplateException.type("'%s' object is not iterable".formatted(type()));
  }

  /** Whether {@code value in this}. */
  default boolean contains(Value value, Budget budget) {
    if (!isIterable()) {
      throw TemplateException.type("argument of type '%s' is not iterable".formatted(type()));
    }
    for (Iterator<Value> items = iterator(); items.hasNext(); ) {
      Value item = items.next();
      budget.steps(Math.min(item.weight(), value.weight()));
      if (item.equals(value)) {
        return true;
      }
    }
    return false;
  }

  /** What Python's {@code getattr} finds, methods included; null if there is none. */
  default @Nullable Value attribute(String name) {
    return null;
  }

  /** Whether an attribute exists that the sandbox hides, for what it would change. */
  default boolean isHidden(String name) {
    return false;
  }

  /** What a subscript finds; null if it finds nothing or there are no subscripts. */
  default @Nullable Value item(Value key, Budget budget) {
    return null;
  }

  /** Whether it can be subscripted by position or key. */
  default boolean isSubscriptable() {
    return false;
  }

  /** Whether it may be a key of a dictionary. */
  default boolean isHashable() {
    return true;
  }

  /** How deep lists and the like lie in each other in it: 0 for a scalar. */
  default int depth() {
    return 0;
  }

  /** How much there is in it, in steps: about what comparing it with its like takes. */
  default long weight() {
    return 1;
  }
}
