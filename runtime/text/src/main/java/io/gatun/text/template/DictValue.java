package io.gatun.text.template;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's dict. Never changes: the sandbox hides the methods that would. */
final class DictValue implements Container {
  private static final Set<String> HIDDEN = Set.of("clear", "pop", "popitem", "setdefault", "update");

  /** The weight of a tuple that may be a key: its hash code is computed over and over. */
  private static final int MAX_KEY = 256;

  private final Map<Value, Value> entries;
  private final int depth;
  private final long weight;

  /** @param entries in order of insertion; not copied, must not change */
  DictValue(Map<Value, Value> entries) {
    this.entries = entries;
    this.depth = Container.depthOf(entries.values());
    this.weight = Container.weightOf(entries.values());
  }

  /** Puts an entry as Python does: an equal key that is there already stays. */
  static void put(Map<Value, Value> entries, Value key, Value value) {
    requireHashable(key);
    entries.put(key, value);
  }

  static void requireHashable(Value key) {
    if (!key.isHashable()) {
      throw TemplateException.type("unhashable type: '%s'".formatted(key.type()));
    }
    if (key instanceof TupleValue && key.weight() > MAX_KEY) {
      throw TemplateException.limit("a key of more than %d items".formatted(MAX_KEY));
    }
  }

  Map<Value, Value> entries() {
    return entries;
  }

  @Override
  public String type() {
    return "dict";
  }

  @Override
  public int length() {
    return entries.size();
  }

  @Override
  public Iterator<Value> iterator() {
    return entries.keySet().iterator();
  }

  @Override
  public boolean contains(Value value, Budget budget) {
    requireHashable(value);
    return entries.containsKey(value);
  }

  @Override
  public @Nullable Value item(Value key, Budget budget) {
    if (!key.isHashable()) {
      return null;
    }
    requireHashable(key);
    return entries.get(key);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return ContainerMethods.ofDict(this, name);
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
    out.dict(entries);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof DictValue dict && entries.equals(dict.entries));
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }
}
