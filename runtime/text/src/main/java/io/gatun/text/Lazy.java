package io.gatun.text;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value made on first use, once. Thread-safe. */
final class Lazy<T> {
  private final Supplier<T> maker;
  private volatile @Nullable T value;

  Lazy(Supplier<T> maker) {
    this.maker = maker;
  }

  T value() {
    T ready = value;
    return ready != null ? ready : make();
  }

  private synchronized T make() {
    T ready = value;
    if (ready == null) {
      ready = maker.get();
      value = ready;
    }
    return ready;
  }
}
