package io.gatun.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code cycler(…)} makes: gives its items in turn. */
final class Cycler implements Value {
  private static final Map<String, Builtin> METHODS =
      new Builtin.Table()
          .add("next", b -> ((Cycler) b.get(0)).next(), "self", "/")
          .add("reset", b -> ((Cycler) b.get(0)).reset(), "self", "/")
          .build();

  private final List<Value> items;
  private int at;

  Cycler(List<Value> items) {
    if (items.isEmpty()) {
      throw TemplateException.of("RuntimeError", "at least one item has to be provided");
    }
    this.items = List.copyOf(items);
  }

  private Value next() {
    Value item = items.get(at);
    at = (at + 1) % items.size();
    return item;
  }

  private Value reset() {
    at = 0;
    return None.NONE;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "current" -> items.get(at);
      case "items" -> new TupleValue(items);
      case "pos" -> Int.of(at);
      default -> Method.find(METHODS, this, name);
    };
  }

  @Override
  public String type() {
    return "Cycler";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<Cycler object>");
  }
}
