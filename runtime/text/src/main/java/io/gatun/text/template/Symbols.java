package io.gatun.text.template;

import io.gatun.text.template.Layout.Load;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one scope as its statements are read in order. Jinja decides before rendering where each name of a
 * scope comes from, and so does this.
 */
final class Symbols {
  private final @Nullable Symbols parent;
  private final Map<String, Load> variables;
  private final Set<String> stores;

  Symbols(@Nullable Symbols parent) {
    this(parent, new LinkedHashMap<>(), new HashSet<>());
  }

  private Symbols(@Nullable Symbols parent, Map<String, Load> variables, Set<String> stores) {
    this.parent = parent;
    this.variables = variables;
    this.stores = stores;
  }

  private boolean knows(String name) {
    return variables.containsKey(name) || parentKnows(name);
  }

  private boolean parentKnows(String name) {
    return parent != null && parent.knows(name);
  }

  void load(String name) {
    if (!knows(name)) {
      variables.put(name, Load.CONTEXT);
    }
  }

  void store(String name) {
    stores.add(name);
    if (!variables.containsKey(name)) {
      variables.put(name, parentKnows(name) ? Load.OUTER : Load.UNDEFINED);
    }
  }

  void parameter(String name) {
    stores.add(name);
    variables.put(name, Load.PARAMETER);
  }

  /** What a branch that may not be taken does to the variables is read into a copy. */
  Symbols branch() {
    return new Symbols(parent, new LinkedHashMap<>(variables), new HashSet<>(stores));
  }

  /** Takes what branches did: a variable stored in one of them has its outer value if another was taken. */
  void join(List<Symbols> branches) {
    var stored = new HashSet<String>();
    branches.forEach(branch -> stored.addAll(branch.stores));
    stored.removeAll(stores);
    for (Symbols branch : branches) {
      variables.putAll(branch.variables);
      stores.addAll(branch.stores);
    }
    for (String name : stored) {
      variables.put(name, parentKnows(name) ? Load.OUTER : Load.CONTEXT);
    }
  }

  Layout layout() {
    return new Layout(variables);
  }
}
