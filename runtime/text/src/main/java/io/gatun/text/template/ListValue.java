package io.gatun.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's list. Never changes: the sandbox hides the methods that would. */
final class ListValue implements Value {
  private static final Set<String> HIDDEN =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  private final List<Value> items;
  private final int depth;
  private final long weight;

  /** @param items not copied, must not change */
  ListValue(List<Value> items) {
    this.items = items;
    this.depth = depthOf(items);
    this.weight = weightOf(items);
  }

  /** The depth of a container of these. */
  static int depthOf(Iterable<Value> items) {
    int depth = 0;
    for (Value item : items) {
      depth = Math.max(depth, item.depth());
    }
    return depth + 1;
  }

  List<Value> items() {
    return items;
  }

  /** The weight of a container of these. */
  static long weightOf(Iterable<Value> items) {
    long weight = 1;
    for (Value item : items) {
      weight = Math.min(weight + item.weight(), Long.MAX_VALUE / 4);
    }
    return weight;
  }

  /** The items that a slice selects. */
  static List<Value> sliced(List<Value> items, Slice slice, Budget budget) {
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

  @Override
  public String type() {
    return "list";
  }

  @Override
  public boolean truth() {
    return !items.isEmpty();
  }

  @Override
  public boolean isSized() {
    return true;
  }

  @Override
  public int length() {
    return items.size();
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items.iterator();
  }

  @Override
  public boolean isSubscriptable() {
    return true;
  }

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    if (key instanceof Slice slice) {
      return new ListValue(sliced(items, slice, budget));
    }
    int at = Numbers.index(key, items.size());
    return at < 0 ? null : items.get(at);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return ContainerMethods.ofSequence(this, name);
  }

  @Override
  public boolean isHidden(String name) {
    return HIDDEN.contains(name);
  }

  @Override
  public boolean isHashable() {
    return false;
  }

  @Override
  public long weight() {
    return weight;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public void repr(Repr out) {
    out.list("[", items, "]");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof ListValue list && items.equals(list.items));
  }

  @Override
  public int hashCode() {
    return items.hashCode();
  }
}
