package io.gatun.text.template;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's tuple, of which the items may have names too. */
final class TupleValue implements Value {
  private final List<Value> items;
  private final List<String> names;
  private final int depth;
  private final long weight;

  /** @param items not copied, must not change */
  TupleValue(List<Value> items) {
    this(items, List.of());
  }

  TupleValue(List<Value> items, List<String> names) {
    this.items = items;
    this.names = names;
    this.depth = ListValue.depthOf(items);
    this.weight = ListValue.weightOf(items);
  }

  List<Value> items() {
    return items;
  }

  @Override
  public String type() {
    return "tuple";
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
      return new TupleValue(ListValue.sliced(items, slice, budget));
    }
    int at = Numbers.index(key, items.size());
    return at < 0 ? null : items.get(at);
  }

  @Override
  public @Nullable Value attribute(String name) {
    int named = names.indexOf(name);
    return named >= 0 ? items.get(named) : ContainerMethods.ofSequence(this, name);
  }

  @Override
  public boolean isHashable() {
    return items.stream().allMatch(Value::isHashable); // shallow: lists in it are never hashable
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
    out.list("(", items, items.size() == 1 ? ",)" : ")");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof TupleValue tuple && items.equals(tuple.items));
  }

  @Override
  public int hashCode() {
    return items.hashCode();
  }
}
