package io.gatun.text.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. Items are only asked for when they are needed, as in Python. */
final class LoopValue implements Callable {
  private static final Map<String, Builtin> METHODS =
      new Builtin.Table()
          .add("cycle", b -> ((LoopValue) b.get(0)).cycle(b.rest()), "self", "/", "*")
          .add("changed", b -> ((LoopValue) b.get(0)).changed(b.rest(), b.budget()), "self", "/", "*")
          .build();

  /** Renders the loop's body once more, for other items. */
  interface Recursion {
    Value render(Value items, int depth);
  }

  private final Value source;
  private final @Nullable Recursion recursion;
  private final int depth0;
  private Iterator<Value> items;
  private @Nullable Value before;
  private @Nullable Value current;
  private @Nullable Value after;
  private @Nullable List<Value> lastChanged;
  private int index0 = -1;
  private int length = -1;

  LoopValue(Value source, Iterator<Value> items, @Nullable Recursion recursion, int depth0) {
    this.source = source;
    this.items = items;
    this.recursion = recursion;
    this.depth0 = depth0;
  }

  private @Nullable Value peek() {
    if (after == null && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  /** Goes on to the next item, and returns it; null at the end. */
  @Nullable Value advance() {
    Value next = peek();
    if (next != null) {
      after = null;
      index0++;
      before = current;
      current = next;
    }
    return next;
  }

  @Override
  public boolean isSized() {
    return true;
  }

  @Override
  public int length() {
    if (length < 0) {
      if (source.isSized()) {
        length = source.length();
      } else {
        var rest = new ArrayList<Value>();
        items.forEachRemaining(rest::add);
        items = rest.iterator();
        length = rest.size() + index0 + 1 + (after == null ? 0 : 1);
      }
    }
    return length;
  }

  private Value cycle(List<Value> values) {
    if (values.isEmpty()) {
      throw TemplateException.type("no items for cycling given");
    }
    return values.get(index0 % values.size());
  }

  private Value changed(List<Value> values, Budget budget) {
    values.forEach(value -> budget.steps(value.weight()));
    boolean changed = !values.equals(lastChanged);
    lastChanged = List.copyOf(values);
    return Bool.of(changed);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index0 + 1L);
      case "index0" -> Int.of(index0);
      case "revindex" -> Int.of((long) length() - index0);
      case "revindex0" -> Int.of(length() - index0 - 1L);
      case "first" -> Bool.of(index0 == 0);
      case "last" -> Bool.of(peek() == null);
      case "length" -> Int.of(length());
      case "depth" -> Int.of(depth0 + 1L);
      case "depth0" -> Int.of(depth0);
      case "previtem" -> index0 == 0 || before == null ? Undefined.hint("there is no previous item") : before;
      case "nextitem" -> {
        Value next = peek();
        yield next == null ? Undefined.hint("there is no next item") : next;
      }
      default -> Method.find(METHODS, this, name);
    };
  }

  @Override
  public Value call(Renderer renderer, Arguments arguments) {
    if (recursion == null) {
      throw TemplateException.type("The loop must have the 'recursive' marker to be called recursively.");
    }
    Value inner = Signature.of("loop", "iterable").bind(renderer, arguments).get(0);
    return recursion.render(inner, depth0 + 1);
  }

  @Override
  public String type() {
    return "LoopContext";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<LoopContext %d/%d>".formatted(index0 + 1, length()));
  }
}
