package io.gatun.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's tuple, of which the items may have names too. */
final class TupleValue implements Container.Sequence {
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
    this.depth = Container.depthOf(items);
    this.weight = Container.weightOf(items);
  }

  @Override
  public List<Value> items() {
    return items;
  }

  @Override
  public Value of(List<Value> others) {
    return new TupleValue(others);
  }

  @Override
  public String type() {
    return "tuple";
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
