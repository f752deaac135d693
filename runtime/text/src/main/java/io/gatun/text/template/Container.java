package io.gatun.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What holds other values: Python's list, tuple and dict. */
interface Container extends Value {

  /** The depth of a container of these. */
  static int depthOf(Iterable<Value> items) {
    int depth = 0;
    for (Value item : items) {
      depth = Math.max(depth, item.depth());
    }
    return depth + 1;
  }

  /** The weight of a container of these. */
  static long weightOf(Iterable<Value> items) {
    long weight = 1;
    for (Value item : items) {
      weight = Math.min(weight + item.weight(), Long.MAX_VALUE / 4);
    }
    return weight;
  }

  @Override
  int length();

  @Override
  Iterator<Value> iterator();

  @Override
  default boolean truth() {
    return length() > 0;
  }

  @Override
  default boolean isSized() {
    return true;
  }

  @Override
  default boolean isIterable() {
    return true;
  }

  @Override
  default boolean isSubscriptable() {
    return true;
  }

  /** A container whose items have an order, and indices. */
  interface Sequence extends Container {

    List<Value> items();

    /** A sequence of the same type. */
    Value of(List<Value> items);

    @Override
    default int length() {
      return items().size();
    }

    @Override
    default Iterator<Value> iterator() {
      return items().iterator();
    }

    @Override
    default @Nullable Value item(Value key, Budget budget) {
      if (key instanceof Slice slice) {
        return of(sliced(items(), slice, budget));
      }
      int at = Numbers.index(key, items().size());
      return at < 0 ? null : items().get(at);
    }

    private static List<Value> sliced(List<Value> items, Slice slice, Budget budget) {
      Slice.Indices indices = slice.over(items.size());
      budget.items(indices.count());
      if (indices.step() == 1) {
        return items.subList(indices.start(), indices.start() + indices.count());
      }
      var selected = new ArrayList<Value>(indices.count());
      for (int i = 0; i < indices.count(); i++) {
        selected.add(items.get(indices.at(i)));
      }
      return selected;
    }
  }
}
