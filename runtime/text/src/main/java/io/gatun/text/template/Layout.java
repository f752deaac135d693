package io.gatun.text.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a scope, and where each comes from when the scope is entered. Immutable. */
final class Layout {
  /** Where a variable's first value comes from. */
  enum Load {
    /** Whoever enters the scope puts it there. */
    PARAMETER,
    /** The variables that the template is rendered with, and the globals. */
    CONTEXT,
    /** The variable of the same name in an outer scope. */
    OUTER,
    /** Nowhere: it is undefined until it is assigned. */
    UNDEFINED
  }

  private final List<String> names;
  private final List<Load> loads;
  private final Map<String, Integer> places = new HashMap<>();

  Layout(Map<String, Load> variables) {
    this.names = List.copyOf(variables.keySet());
    this.loads = List.copyOf(variables.values());
    for (int i = 0; i < names.size(); i++) {
      places.put(names.get(i), i);
    }
  }

  int size() {
    return names.size();
  }

  String name(int place) {
    return names.get(place);
  }

  Load load(int place) {
    return loads.get(place);
  }

  /** The place of a variable; null if it is not of this scope. */
  @Nullable Integer place(String name) {
    return places.get(name);
  }
}
