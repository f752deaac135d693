package io.gatun.text.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's list. Never changes: the sandbox hides the methods that would. */
final class ListValue implements Container.Sequence {
  private static final Set<String> HIDDEN =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  private final List<Value> items;
  private final int depth;
  private final long weight;

  /** @param items not copied, must not change */
  ListValue(List<Value> items) {
    this.items = items;
    this.depth = Container.depthOf(items);
    this.weight = Container.weightOf(items);
  }

  @Override
  public List<Value> items() {
    return items;
  }

  @Override
  public Value of(List<Value> others) {
    return new ListValue(others);
  }

  @Override
  public String type() {
    return "list";
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
