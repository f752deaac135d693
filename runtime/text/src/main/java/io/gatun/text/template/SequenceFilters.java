package io.gatun.text.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Filters of sequences. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Map<String, Builtin> filters() {
    var table = new Builtin.Table();
    order(table);
    table
        .add("length", b -> Int.of(b.get(0).length()), "obj", "/")
        .alias("count", "length")
        .add("list", b -> new ListValue(b.list(0)), "value")
        .add("first", b -> first(b.items(0), "No first item, sequence was empty."), "seq")
        .add("last", b -> first(reversed(b.get(0), b), "No last item, sequence was empty."), "seq")
        .add("random", SequenceFilters::random, "seq")
        .add("reverse", SequenceFilters::reverse, "value")
        .add("sum", SequenceFilters::sum, "iterable", "attribute?", "start?")
        .add("batch", SequenceFilters::batch, "value", "linecount", "fill_with?")
        .add("slice", SequenceFilters::slices, "value", "slices", "fill_with?")
        .add("items", SequenceFilters::items, "value");
    return table.build();
  }

  private static void order(Builtin.Table table) {
    table
        .add("sort", SequenceFilters::sort, "value", "reverse?", "case_sensitive?", "attribute?")
        .add("dictsort", SequenceFilters::dictSort, "value", "case_sensitive?", "by?", "reverse?")
        .add("min", b -> extreme(b, Ordering::isLess), "value", "case_sensitive?", "attribute?")
        .add("max", b -> extreme(b, Ordering::isGreater), "value", "case_sensitive?", "attribute?")
        .add("unique", SequenceFilters::unique, "value", "case_sensitive?", "attribute?")
        .add("groupby", SequenceFilters::groupBy, "value", "attribute", "default?", "case_sensitive?");
  }

  private static Value folded(Value value, boolean caseSensitive) {
    return !caseSensitive && value instanceof Text text ? text.map(TextMethods::lower) : value;
  }

  private static Value first(Iterator<Value> items, String otherwise) {
    return items.hasNext() ? items.next() : Undefined.hint(otherwise);
  }

  /** The items of what has an end, from there. */
  private static Iterator<Value> reversed(Value value, Bound b) {
    if (!value.isSized() || value instanceof LoopValue) {
      throw TemplateException.type("'%s' object is not reversible".formatted(value.type()));
    }
    return b.renderer().list(value).reversed().iterator();
  }

  private static Value random(Bound b) {
    List<Value> items = b.list(0);
    if (items.isEmpty()) {
      return Undefined.hint("No random item, sequence was empty.");
    }
    return items.get(java.util.concurrent.ThreadLocalRandom.current().nextInt(items.size()));
  }

  private static Value reverse(Bound b) {
    Value value = b.get(0);
    if (value instanceof Text text) {
      Value turned = text.item(new Slice(None.NONE, None.NONE, Int.of(-1)), b.budget());
      return turned == null ? Text.EMPTY : turned;
    }
    if (value.isSized() && !(value instanceof LoopValue)) {
      return new Stream("list_reverseiterator", value, reversed(value, b));
    }
    if (!value.isIterable()) {
      throw TemplateException.of("FilterArgumentError", "argument must be iterable");
    }
    return new ListValue(b.list(0).reversed());
  }

  private static Value sum(Bound b) {
    Value total = b.get(2, Int.of(0));
    if (total instanceof Text) {
      throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
    }
    AttributePath path = AttributePath.of(b.get(1, None.NONE), b.renderer());
    for (Iterator<Value> items = b.items(0); items.hasNext(); ) {
      total = Arithmetic.apply(BinaryOperator.ADD, total, path.find(items.next()), b.budget());
    }
    return total;
  }

  /** Makes lists one after the other, for as long as there is something to make them of. */
  private abstract static class Chunks implements Iterator<Value> {
    abstract List<Value> chunk();

    @Override
    public Value next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return new ListValue(chunk());
    }
  }

  private static Value batch(Bound b) {
    Iterator<Value> items = b.items(0);
    Value size = b.get(1);
    Value fill = b.get(2, None.NONE);
    return new Stream(
        "generator",
        b.get(0),
        new Chunks() {
          // The item that did not fit into the row before.
          private List<Value> row = new ArrayList<>();

          @Override
          public boolean hasNext() {
            return !row.isEmpty() || items.hasNext();
          }

          @Override
          List<Value> chunk() {
            while (items.hasNext()) {
              Value item = items.next();
              if (Int.of(row.size()).equals(size)) {
                List<Value> full = row;
                row = new ArrayList<>(List.of(item));
                return full;
              }
              row.add(item);
            }
            List<Value> last = row;
            row = new ArrayList<>();
            if (fill != None.NONE && Numbers.isInteger(size)) {
              b.budget().items(Math.max(0, Numbers.clamped(Numbers.integer(size))));
            }
            while (fill != None.NONE && Ordering.isLess(Int.of(last.size()), size)) {
              last.add(fill);
            }
            return last;
          }
        });
  }

  private static Value slices(Bound b) {
    List<Value> items = b.list(0);
    int count = Math.clamp(b.integer(1), 0, Integer.MAX_VALUE);
    if (b.integer(1) == 0) {
      throw TemplateException.of("ZeroDivisionError", "integer division or modulo by zero");
    }
    Value fill = b.get(2, None.NONE);
    return new Stream(
        "generator",
        b.get(0),
        new Chunks() {
          private int slice;
          private int from;

          @Override
          public boolean hasNext() {
            return slice < count;
          }

          @Override
          List<Value> chunk() {
            boolean longer = slice++ < items.size() % count;
            int to = from + items.size() / count + (longer ? 1 : 0);
            var part = new ArrayList<>(items.subList(from, to));
            if (fill != None.NONE && !longer) {
              part.add(fill);
            }
            b.budget().items(part.size());
            from = to;
            return part;
          }
        });
  }

  private static Value items(Bound b) {
    return switch (b.get(0)) {
      case Undefined undefined -> new Stream("generator", undefined, undefined.iterator());
      case DictValue dict -> new Stream("generator", dict, new DictView(DictView.Part.ITEMS, dict).iterator());
      default -> throw TemplateException.type("Can only get item pairs from a mapping.");
    };
  }

  private static Value sort(Bound b) {
    boolean caseSensitive = b.truth(2, false);
    List<AttributePath> paths = AttributePath.several(b.get(3, None.NONE), b.renderer());
    Function<Value, Value> key =
        item -> new TupleValue(paths.stream().map(path -> folded(path.find(item), caseSensitive)).toList());
    return new ListValue(Ordering.sorted(b.list(0), key, b.flag(1), b.budget()));
  }

  private static Value dictSort(Bound b) {
    if (!(b.get(0) instanceof DictValue dict)) {
      throw TemplateException.of(
          "AttributeError", "'%s' object has no attribute 'items'".formatted(b.get(0).type()));
    }
    String by = b.has(2) ? b.text(2).chars() : "key";
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateException.of("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
    }
    boolean caseSensitive = b.truth(1, false);
    Function<Map.Entry<Value, Value>, Value> key =
        entry -> folded(by.equals("key") ? entry.getKey() : entry.getValue(), caseSensitive);
    var entries = new ArrayList<>(dict.entries().entrySet());
    return new ListValue(
        Ordering.sorted(entries, key, b.flag(3), b.budget()).stream().map(DictView.Part.ITEMS::of).toList());
  }

  /** Whether a key is better than the best so far. */
  private interface Better {
    boolean than(Value key, Value best);
  }

  private static Value extreme(Bound b, Better better) {
    boolean caseSensitive = b.truth(1, false);
    AttributePath path = AttributePath.of(b.get(2, None.NONE), b.renderer());
    Iterator<Value> items = b.items(0);
    if (!items.hasNext()) {
      return Undefined.hint("No aggregated item, sequence was empty.");
    }
    Value best = items.next();
    Value bestKey = folded(path.find(best), caseSensitive);
    while (items.hasNext()) {
      Value item = items.next();
      Value key = folded(path.find(item), caseSensitive);
      b.budget().steps(key.weight());
      if (better.than(key, bestKey)) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }

  private static Value unique(Bound b) {
    boolean caseSensitive = b.truth(1, false);
    AttributePath path = AttributePath.of(b.get(2, None.NONE), b.renderer());
    var seen = new HashSet<Value>();
    Iterator<Value> items = b.items(0);
    return new Stream(
        "generator",
        b.get(0),
        new Lookahead(
            items,
            item -> {
              Value key = folded(path.find(item), caseSensitive);
              DictValue.requireHashable(key);
              return seen.add(key) ? item : null;
            }));
  }

  private static Value groupBy(Bound b) {
    boolean caseSensitive = b.truth(3, false);
    Value otherwise = b.get(2, None.NONE);
    AttributePath path = AttributePath.of(b.get(1), b.renderer());
    Function<Value, Value> key = item -> folded(path.find(item, otherwise), caseSensitive);
    var groups = new ArrayList<Value>();
    var group = new ArrayList<Value>();
    for (Value item : Ordering.sorted(b.list(0), key, false, b.budget())) {
      b.budget().steps(item.weight());
      if (!group.isEmpty() && !key.apply(item).equals(key.apply(group.getFirst()))) {
        groups.add(grouped(group, path, otherwise));
        group = new ArrayList<>();
      }
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(grouped(group, path, otherwise));
    }
    return new ListValue(groups);
  }

  private static Value grouped(List<Value> group, AttributePath path, Value otherwise) {
    return new TupleValue(
        List.of(path.find(group.getFirst(), otherwise), new ListValue(group)), List.of("grouper", "list"));
  }
}
