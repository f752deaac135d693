package io.gatun.text.template;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a scope while it is rendered. */
final class Frame {
  private final Layout layout;
  private final @Nullable Value[] values;
  private final @Nullable Frame parent;

  /** Enters a scope. */
  Frame(Layout layout, @Nullable Frame parent, Map<String, Value> context) {
    this.layout = layout;
    this.values = new @Nullable Value[layout.size()];
    this.parent = parent;
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (layout.load(i)) {
            case PARAMETER, UNDEFINED -> null;
            case CONTEXT -> context.get(layout.name(i));
            case OUTER -> parent == null ? null : parent.find(layout.name(i), context);
          };
    }
  }

  /** The value of a variable; null if it is not defined. */
  @Nullable Value find(String name, Map<String, Value> context) {
    for (Frame frame = this; frame != null; frame = frame.parent) {
      Integer place = frame.layout.place(name);
      if (place != null) {
        return frame.values[place];
      }
    }
    return context.get(name);
  }

  /** Assigns a variable of this scope. */
  void assign(String name, @Nullable Value value) {
    Integer place = layout.place(name);
    if (place != null) {
      values[place] = value;
    }
  }

  /** Adds all variables that are defined here and around to those of a context. */
  void exportTo(Map<String, Value> context) {
    if (parent != null) {
      parent.exportTo(context);
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        context.put(layout.name(i), values[i]);
      }
    }
  }
}
