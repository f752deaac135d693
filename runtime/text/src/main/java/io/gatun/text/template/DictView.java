package io.gatun.text.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code keys()}, {@code values()} and {@code items()} of a dictionary give.
 *
 * @param part of each entry
 * @param dict that is looked at
 */
record DictView(Part part, DictValue dict) implements Value {

  /** What is seen of an entry. */
  enum Part {
    KEYS("dict_keys"),
    VALUES("dict_values"),
    ITEMS("dict_items");

    private final String type;

    Part(String type) {
      this.type = type;
    }

    Value of(Map.Entry<Value, Value> entry) {
      return switch (this) {
        case KEYS -> entry.getKey();
        case VALUES -> entry.getValue();
        case ITEMS -> new TupleValue(List.of(entry.getKey(), entry.getValue()));
      };
    }
  }

  List<Value> items() {
    return dict.entries().entrySet().stream().map(part::of).toList();
  }

  @Override
  public String type() {
    return part.type;
  }

  @Override
  public boolean truth() {
    return dict.truth();
  }

  @Override
  public boolean isSized() {
    return true;
  }

  @Override
  public int length() {
    return dict.length();
  }

  @Override
  public boolean isIterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items().iterator();
  }

  @Override
  public boolean isHashable() {
    return false;
  }

  @Override
  public long weight() {
    return dict.weight();
  }

  @Override
  public int depth() {
    return dict.depth() + 1;
  }

  @Override
  public void repr(Repr out) {
    out.list(part.type + "([", items(), "])");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof DictView view
        && part == view.part
        && switch (part) {
          case KEYS -> dict.entries().keySet().equals(view.dict.entries().keySet());
          case VALUES -> false;
          case ITEMS -> dict.equals(view.dict);
        };
  }

  @Override
  public int hashCode() {
    return dict.hashCode();
  }
}
