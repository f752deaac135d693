package io.gatun.text.template;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one value that a template can change: {@code namespace(…)}. */
final class Namespace implements Value {
  private final Map<Value, Value> attributes;

  Namespace(DictValue initial) {
    this.attributes = new LinkedHashMap<>(initial.entries());
  }

  void set(String name, Value value) {
    attributes.put(Text.template(name), value);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return attributes.get(Text.template(name));
  }

  @Override
  public String type() {
    return "Namespace";
  }

  @Override
  public void repr(Repr out) {
    out.text().template("<Namespace ");
    out.dict(attributes);
    out.text().template(">");
  }
}
