package io.gatun.text.template;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can stand behind {@code |}. */
final class Filters {
  private static final Map<String, Builtin> FILTERS =
      new Builtin.Table()
          .addAll(TextFilters.filters())
          .addAll(HtmlFilters.filters())
          .addAll(NumberFilters.filters())
          .addAll(SequenceFilters.filters())
          .addAll(SelectionFilters.filters())
          .add("tojson", Json::dumps, "value", "ensure_ascii?", "indent?", "separators?", "sort_keys?")
          .add("default", Filters::otherwise, "value", "default_value?", "boolean?")
          .alias("d", "default")
          .add("attr", Filters::attribute, "obj", "name")
          .add("pprint", b -> Repr.of(b.get(0), b.budget()), "value")
          .build();

  private Filters() {}

  static @Nullable Builtin find(String name) {
    return FILTERS.get(name);
  }

  static String unknown(String name) {
    return "No filter named '%s'.".formatted(name);
  }

  private static Value otherwise(Bound b) {
    boolean replace = b.get(0) instanceof Undefined || (b.truth(2, false) && !b.get(0).truth());
    return replace ? b.get(1, Text.EMPTY) : b.get(0);
  }

  /** Only what is an attribute, never an item. */
  private static Value attribute(Bound b) {
    String name = b.text(1).chars();
    boolean exists = b.get(0).attribute(name) != null || b.get(0).isHidden(name);
    return exists ? b.renderer().attribute(b.get(0), name) : Undefined.attribute(b.get(0), name);
  }
}
