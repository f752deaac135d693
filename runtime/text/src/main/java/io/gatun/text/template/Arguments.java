package io.gatun.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a call gives.
 *
 * @param positional in order
 * @param named by name, in order
 */
record Arguments(List<Value> positional, Map<String, Value> named) {

  static Arguments of(Value... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  /** The same with one more in front. */
  Arguments after(Value first) {
    var all = new ArrayList<Value>(positional.size() + 1);
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, named);
  }

  /** The same without the first ones. */
  Arguments from(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }
}
