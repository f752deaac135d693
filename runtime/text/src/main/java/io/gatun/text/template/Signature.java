package io.gatun.text.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function takes.
 *
 * @param function its name, for messages
 * @param names of its parameters
 * @param required how many of them must be given
 * @param named from which on they may be given by name
 * @param rest whether it takes any number of arguments after them
 * @param keywords whether it takes any names
 */
record Signature(String function, List<String> names, int required, int named, boolean rest, boolean keywords) {

  /**
   * Parses parameters: {@code name}; {@code name?}, which may be missing; {@code /}, after which they may be given by
   * name; {@code *} for any further arguments, {@code **} for any names.
   */
  static Signature of(String function, String... parameters) {
    var words = new ArrayList<>(Arrays.asList(parameters));
    int named = Math.max(0, words.indexOf("/"));
    boolean keywords = words.remove("**");
    boolean rest = words.remove("*");
    words.remove("/");
    int required = (int) words.stream().filter(word -> !word.endsWith("?")).count();
    return new Signature(
        function, words.stream().map(word -> word.replace("?", "")).toList(), required, named, rest, keywords);
  }

  /** Puts the arguments of a call in the places of the parameters. */
  Bound bind(Renderer renderer, Arguments arguments) {
    List<Value> given = arguments.positional();
    if (given.size() > names.size() && !rest) {
      throw TemplateException.type(
          "%s() takes at most %d arguments (%d given)".formatted(function, names.size(), given.size()));
    }
    var places = new @Nullable Value[names.size()];
    int direct = Math.min(given.size(), places.length);
    for (int i = 0; i < direct; i++) {
      places[i] = given.get(i);
    }
    var others = new LinkedHashMap<String, Value>();
    arguments.named().forEach((name, value) -> place(name, value, places, others));
    for (int i = 0; i < required; i++) {
      if (places[i] == null) {
        throw TemplateException.type("%s() missing required argument: '%s'".formatted(function, names.get(i)));
      }
    }
    return new Bound(this, renderer, places, given.subList(direct, given.size()), others);
  }

  private void place(String name, Value value, @Nullable Value[] places, Map<String, Value> others) {
    int at = names.indexOf(name);
    if (at >= named && places[at] == null) {
      places[at] = value;
    } else if (at >= named) {
      throw TemplateException.type("%s() got multiple values for argument '%s'".formatted(function, name));
    } else if (keywords) {
      others.put(name, value);
    } else {
      throw TemplateException.type("%s() got an unexpected keyword argument '%s'".formatted(function, name));
    }
  }
}
