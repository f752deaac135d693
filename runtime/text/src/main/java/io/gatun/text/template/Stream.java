package io.gatun.text.template;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Items that are computed when asked for, once: a generator, as most filters of sequences return. Always true. */
final class Stream implements Value {
  private final String type;
  private final Iterator<Value> items;
  private final int depth;

  /** @param source that the items come from, for the depth */
  Stream(String type, Value source, Iterator<Value> items) {
    this.type = type;
    this.items = items;
    this.depth = source.depth() + 1;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<%s object>".formatted(type));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
