package io.gatun.cli.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that decides what a batch writes. A run goes on only where one with an equal identity was interrupted.
 *
 * @param parts names and values as people know them: {@code --temp} is {@code 0.5}
 */
record RunIdentity(SequencedMap<String, String> parts) {

  /** What of this is not as in {@code before}, one phrase each. */
  List<String> differences(Map<String, String> before) {
    var names = new TreeSet<>(before.keySet());
    names.addAll(parts.keySet());
    var differences = new ArrayList<String>();
    for (String name : names) {
      String then = before.get(name);
      String now = parts.get(name);
      if (then == null || !then.equals(now)) {
        differences.add("%s was %s, now %s".formatted(name, shown(then), shown(now)));
      }
    }
    return differences;
  }

  private static String shown(@Nullable String value) {
    return value == null ? "not given" : value.length() > 60 ? value.substring(0, 60) + "…" : "'" + value + "'";
  }
}
