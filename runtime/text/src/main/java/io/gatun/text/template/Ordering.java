package io.gatun.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Python's order of values, and its stable sort. */
final class Ordering {
  private Ordering() {}

  /** One of {@link Numbers#LESS} and so on; {@code symbol} is the operator that asks, for the message. */
  static int compare(Value left, Value right, String symbol) {
    if (left instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof Text a && right instanceof Text b) {
      return compare(a.chars(), b.chars());
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return compare(a.items(), b.items(), symbol);
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return compare(a.items(), b.items(), symbol);
    }
    throw TemplateException.type(
        "'%s' not supported between instances of '%s' and '%s'".formatted(symbol, left.type(), right.type()));
  }

  /** By code points. */
  private static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return rank(x) < rank(y) ? Numbers.LESS : Numbers.GREATER;
      }
    }
    return Integer.signum(a.length() - b.length());
  }

  /** Surrogates come after all characters that need none. */
  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }

  private static int compare(List<Value> a, List<Value> b, String symbol) {
    int length = Math.min(a.size(), b.size());
    for (int i = 0; i < length; i++) {
      if (!a.get(i).equals(b.get(i))) {
        return compare(a.get(i), b.get(i), symbol);
      }
    }
    return Integer.signum(a.size() - b.size());
  }

  static boolean isLess(Value left, Value right) {
    return compare(left, right, "<") == Numbers.LESS;
  }

  static boolean isGreater(Value left, Value right) {
    return compare(left, right, ">") == Numbers.GREATER;
  }

  /** Sorted by a key, equal ones in the order they were in, also where it is reversed. */
  static <T> List<T> sorted(List<T> items, Function<T, Value> key, boolean reverse, Budget budget) {
    var keyed = new ArrayList<Keyed<T>>(items.size());
    items.forEach(item -> keyed.add(new Keyed<>(key.apply(item), item)));
    List<Keyed<T>> sorted = merged(reverse ? keyed.reversed() : keyed, budget);
    return (reverse ? sorted.reversed() : sorted).stream().map(Keyed::item).toList();
  }

  private record Keyed<T>(Value key, T item) {}

  /** A merge sort that only asks what is less, since values need not have a total order. */
  private static <T> List<Keyed<T>> merged(List<Keyed<T>> items, Budget budget) {
    if (items.size() < 2) {
      return items;
    }
    List<Keyed<T>> left = merged(items.subList(0, items.size() / 2), budget);
    List<Keyed<T>> right = merged(items.subList(items.size() / 2, items.size()), budget);
    var all = new ArrayList<Keyed<T>>(items.size());
    int i = 0;
    int j = 0;
    while (i < left.size() || j < right.size()) {
      budget.steps(i < left.size() ? left.get(i).key().weight() : 1);
      boolean fromRight = i == left.size() || (j < right.size() && isLess(right.get(j).key(), left.get(i).key()));
      all.add(fromRight ? right.get(j++) : left.get(i++));
    }
    return all;
  }
}
