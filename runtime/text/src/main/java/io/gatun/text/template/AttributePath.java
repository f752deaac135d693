package io.gatun.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * An attribute as filters name it: {@code "a.b.0"}, or an index.
 *
 * @param parts keys, one after the other
 * @param renderer that knows what keys find
 */
record AttributePath(List<Value> parts, Renderer renderer) {

  static AttributePath of(Value attribute, Renderer renderer) {
    if (attribute == None.NONE) {
      return new AttributePath(List.of(), renderer);
    }
    if (!(attribute instanceof Text path)) {
      return new AttributePath(List.of(attribute), renderer);
    }
    var parts = new ArrayList<Value>();
    for (String part : path.chars().split("\\.", -1)) {
      boolean number = !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
      parts.add(number ? Int.of(Long.parseLong(part)) : Text.template(part));
    }
    return new AttributePath(parts, renderer);
  }

  /** Several, separated by commas. */
  static List<AttributePath> several(Value attributes, Renderer renderer) {
    if (!(attributes instanceof Text text)) {
      return List.of(of(attributes, renderer));
    }
    var paths = new ArrayList<AttributePath>();
    for (String path : text.chars().split(",", -1)) {
      paths.add(of(Text.template(path), renderer));
    }
    return paths;
  }

  Value find(Value owner) {
    Value value = owner;
    for (Value part : parts) {
      value = renderer.item(value, part);
    }
    return value;
  }

  /** As {@link #find}, with something else for what is undefined on the way. */
  Value find(Value owner, Value otherwise) {
    Value value = owner;
    for (Value part : parts) {
      value = renderer.item(value, part);
      value = value instanceof Undefined && otherwise != None.NONE ? otherwise : value;
    }
    return value;
  }
}
