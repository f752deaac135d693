package io.gatun.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Methods of lists, tuples and dictionaries; those that change them are hidden by the sandbox. */
final class ContainerMethods {
  private static final Map<String, Builtin> OF_SEQUENCES =
      new Builtin.Table()
          .add("count", ContainerMethods::count, "self", "value", "/")
          .add("index", ContainerMethods::index, "self", "value", "start?", "stop?", "/")
          .build();

  private static final Map<String, Builtin> OF_LISTS =
      new Builtin.Table().addAll(OF_SEQUENCES).add("copy", b -> b.get(0), "self", "/").build();

  private static final Map<String, Builtin> OF_DICTS =
      new Builtin.Table()
          .add("get", b -> get((DictValue) b.get(0), b.get(1), b.get(2, None.NONE)), "self", "key", "default?", "/")
          .add("keys", b -> new DictView(DictView.Part.KEYS, (DictValue) b.get(0)), "self", "/")
          .add("values", b -> new DictView(DictView.Part.VALUES, (DictValue) b.get(0)), "self", "/")
          .add("items", b -> new DictView(DictView.Part.ITEMS, (DictValue) b.get(0)), "self", "/")
          .add("copy", b -> b.get(0), "self", "/")
          .add("fromkeys", ContainerMethods::fromKeys, "self", "keys", "value?", "/")
          .build();

  private ContainerMethods() {}

  static @Nullable Value ofSequence(Value sequence, String name) {
    return Method.find(sequence instanceof ListValue ? OF_LISTS : OF_SEQUENCES, sequence, name);
  }

  static @Nullable Value ofDict(DictValue dict, String name) {
    return Method.find(OF_DICTS, dict, name);
  }

  private static Value get(DictValue dict, Value key, Value otherwise) {
    DictValue.requireHashable(key);
    return dict.entries().getOrDefault(key, otherwise);
  }

  private static Value count(Bound b) {
    b.budget().steps(b.get(0).weight());
    return Int.of(b.list(0).stream().filter(b.get(1)::equals).count());
  }

  private static Value index(Bound b) {
    b.budget().steps(b.get(0).weight());
    List<Value> items = b.list(0);
    var range = new Slice(Int.of(b.integer(2, 0)), b.has(3) ? b.get(3) : None.NONE, None.NONE).over(items.size());
    for (int i = 0; i < range.count(); i++) {
      if (items.get(range.at(i)).equals(b.get(1))) {
        return Int.of(range.at(i));
      }
    }
    throw TemplateException.value("%s is not in list".formatted(Repr.of(b.get(1), b.budget()).chars()));
  }

  private static Value fromKeys(Bound b) {
    var entries = new LinkedHashMap<Value, Value>();
    for (Value key : b.list(1)) {
      DictValue.put(entries, key, b.get(2, None.NONE));
    }
    return new DictValue(entries);
  }

  /** {@code dict(…)}: from a mapping or pairs, and from names. */
  static Value dict(Bound b) {
    var entries = new LinkedHashMap<Value, Value>();
    if (b.has(0)) {
      if (b.get(0) instanceof DictValue dict) {
        entries.putAll(dict.entries());
      } else {
        b.items(0).forEachRemaining(pair -> putPair(b, entries, pair));
      }
    }
    b.keywords().forEach((name, value) -> entries.put(Text.template(name), value));
    b.budget().items(entries.size());
    return new DictValue(entries);
  }

  private static void putPair(Bound b, Map<Value, Value> entries, Value pair) {
    var both = new ArrayList<>(b.renderer().list(pair));
    if (both.size() != 2) {
      throw TemplateException.value(
          "dictionary update sequence element has length %d; 2 is required".formatted(both.size()));
    }
    DictValue.put(entries, both.get(0), both.get(1));
  }
}
