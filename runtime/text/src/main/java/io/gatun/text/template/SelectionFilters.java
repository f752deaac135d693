package io.gatun.text.template;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters that map or select the items of a sequence, one by one when they are asked for. */
final class SelectionFilters {
  private SelectionFilters() {}

  static Map<String, Builtin> filters() {
    return new Builtin.Table()
        .add("map", SelectionFilters::map, "value", "/", "*", "**")
        .add("select", b -> selected(b, true, false), "value", "/", "*", "**")
        .add("reject", b -> selected(b, false, false), "value", "/", "*", "**")
        .add("selectattr", b -> selected(b, true, true), "value", "/", "*", "**")
        .add("rejectattr", b -> selected(b, false, true), "value", "/", "*", "**")
        .build();
  }

  /** Sets up what is done to each item. */
  private interface Setup {
    Function<Value, @Nullable Value> prepare();
  }

  /** Nothing happens, errors included, before the first item is asked for. */
  private static Value lazily(Bound b, Setup setup) {
    Value source = b.get(0);
    return new Stream(
        "generator",
        source,
        new Iterator<>() {
          private @Nullable Iterator<Value> items;

          private Iterator<Value> items() {
            if (items == null) {
              items = source.truth() ? new Lookahead(b.items(0), setup.prepare()) : Collections.emptyIterator();
            }
            return items;
          }

          @Override
          public boolean hasNext() {
            return items().hasNext();
          }

          @Override
          public Value next() {
            return items().next();
          }
        });
  }

  private static Value map(Bound b) {
    return lazily(b, () -> mapping(b));
  }

  private static Function<Value, @Nullable Value> mapping(Bound b) {
    if (!b.rest().isEmpty()) {
      String name = name(b.rest().getFirst());
      var arguments = new Arguments(b.rest(), b.keywords()).from(1);
      return item -> b.renderer().filter(name, item, arguments);
    }
    var options = new LinkedHashMap<>(b.keywords());
    Value attribute = options.remove("attribute");
    if (attribute == null) {
      throw TemplateException.of("FilterArgumentError", "map requires a filter argument");
    }
    Value given = options.remove("default");
    Value otherwise = given == null ? None.NONE : given;
    if (!options.isEmpty()) {
      throw TemplateException.of(
          "FilterArgumentError", "Unexpected keyword argument '%s'".formatted(options.firstEntry().getKey()));
    }
    AttributePath path = AttributePath.of(attribute, b.renderer());
    return item -> path.find(item, otherwise);
  }

  private static String name(Value name) {
    if (name instanceof Text text) {
      return text.chars();
    }
    throw TemplateException.of("TemplateRuntimeError", "No filter or test named by a value of type " + name.type());
  }

  private static Value selected(Bound b, boolean wanted, boolean byAttribute) {
    return lazily(b, () -> selection(b, wanted, byAttribute));
  }

  private static Function<Value, @Nullable Value> selection(Bound b, boolean wanted, boolean byAttribute) {
    if (byAttribute && b.rest().isEmpty()) {
      throw TemplateException.of("FilterArgumentError", "Missing parameter for attribute name");
    }
    int first = byAttribute ? 1 : 0;
    AttributePath path = AttributePath.of(byAttribute ? b.rest().getFirst() : None.NONE, b.renderer());
    if (b.rest().size() == first) {
      return item -> path.find(item).truth() == wanted ? item : null;
    }
    String name = name(b.rest().get(first));
    var arguments = new Arguments(b.rest(), b.keywords()).from(first + 1);
    return item -> b.renderer().test(name, path.find(item), arguments) == wanted ? item : null;
  }
}
