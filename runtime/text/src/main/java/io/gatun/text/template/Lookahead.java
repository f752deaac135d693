package io.gatun.text.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Maps the items of another iterator one by one, leaving out those that are mapped to null. */
final class Lookahead implements Iterator<Value> {
  private final Iterator<Value> items;
  private final Function<Value, @Nullable Value> mapping;
  private @Nullable Value next;

  Lookahead(Iterator<Value> items, Function<Value, @Nullable Value> mapping) {
    this.items = items;
    this.mapping = mapping;
  }

  @Override
  public boolean hasNext() {
    while (next == null && items.hasNext()) {
      next = mapping.apply(items.next());
    }
    return next != null;
  }

  @Override
  public Value next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    Value item = next;
    next = null;
    return item;
  }
}
