package io.gatun.text.template;

import io.gatun.text.template.Statement.Procedure;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a call block.
 *
 * @param procedure what it does
 * @param frame the variables around it
 */
record MacroValue(Procedure procedure, Frame frame) implements Callable {

  @Override
  public Value call(Renderer renderer, Arguments arguments) {
    return renderer.call(this, arguments);
  }

  String name() {
    return procedure.name() == null ? "None" : "'" + procedure.name() + "'";
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "name" -> procedure.name() == null ? None.NONE : Text.template(procedure.name());
      case "arguments" ->
          new TupleValue(procedure.parameters().stream().<Value>map(p -> Text.template(p.name())).toList());
      default -> null;
    };
  }

  @Override
  public String type() {
    return "Macro";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<Macro %s>".formatted(procedure.name() == null ? "anonymous" : name()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
