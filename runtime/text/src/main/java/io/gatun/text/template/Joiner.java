package io.gatun.text.template;

import org.jspecify.annotations.Nullable;

/** What {@code joiner(…)} makes: nothing when called first, the separator afterwards. */
final class Joiner implements Callable {
  private final Value separator;
  private boolean used;

  Joiner(Value separator) {
    this.separator = separator;
  }

  @Override
  public Value call(Renderer renderer, Arguments arguments) {
    Signature.of("joiner").bind(renderer, arguments);
    boolean first = !used;
    used = true;
    return first ? Text.EMPTY : separator;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "sep" -> separator;
      case "used" -> Bool.of(used);
      default -> null;
    };
  }

  @Override
  public String type() {
    return "Joiner";
  }
}
