package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls as JSON: an object, a list of objects, or several after each other.
 *
 * @param head what stands before each value, up to a look at the bracket; its groups {@code name} and {@code id}, where
 *     it has them, name the call, and the value is then the arguments
 * @param tail what stands behind each value
 * @param shape what an object says that has no name in its head
 */
record JsonCalls(Pattern head, Pattern tail, Shape shape) implements CallSyntax {
  enum Shape {
    /** Members name the tool and its arguments, which may be missing. */
    NAMED,
    /** As {@link #NAMED}, and without arguments it is no call: nothing else tells it from an answer in JSON. */
    BARE,
    /** The one member's name is the tool, its value the arguments. */
    KEYED
  }

  /** An object or a list with nothing around it. */
  static final JsonCalls PLAIN = new JsonCalls(Shape.NAMED, "(?=[\\[{])", "");

  private static final List<String> NAMES = List.of("name", "tool_name");
  private static final List<String> ARGUMENTS = List.of("arguments", "parameters");
  private static final List<String> IDS = List.of("id", "tool_call_id");

  JsonCalls(Shape shape, String head, String tail) {
    this(Pattern.compile(head), Pattern.compile(tail), shape);
  }

  @Override
  public CallReader reader() {
    return new Reader(this);
  }

  /** The calls that a valid value stands for; empty if it is something else. */
  private List<ToolCall> calls(String name, String id, String json) {
    if (!name.isEmpty()) {
      return Optional.of(json).filter(JsonText::isObject).map(it -> new ToolCall(id, name, it)).stream().toList();
    }
    List<String> items = json.startsWith("[") ? JsonText.items(json) : List.of(json);
    List<ToolCall> calls = items.stream().flatMap(item -> call(item).stream()).toList();
    return calls.size() == items.size() ? calls : List.of();
  }

  private Optional<ToolCall> call(String json) {
    if (!json.startsWith("{")) {
      return Optional.empty();
    }
    Map<String, String> members = JsonText.members(json);
    if (shape == Shape.KEYED) {
      return members.size() == 1
          ? call("", members.keySet().iterator().next(), members.values().iterator().next())
          : Optional.empty();
    }
    String function = members.getOrDefault("function", "");
    if (!members.containsKey("name") && function.startsWith("{")) {
      return call(function);
    }
    String missing = shape == Shape.BARE ? "" : "{}";
    return call(
        text(first(members, IDS, "")), text(first(members, NAMES, "")), first(members, ARGUMENTS, missing));
  }

  private static Optional<ToolCall> call(String id, String name, String arguments) {
    String object = arguments.startsWith("\"") ? JsonText.decoded(arguments) : arguments;
    return name.isEmpty() || !JsonText.isObject(object)
        ? Optional.empty()
        : Optional.of(new ToolCall(id, name, object.strip()));
  }

  private static String first(Map<String, String> members, List<String> names, String otherwise) {
    return names.stream().filter(members::containsKey).map(members::get).findFirst().orElse(otherwise);
  }

  /** What a string says, or an id that is a number; empty for other values. */
  private static String text(String json) {
    if (json.startsWith("\"")) {
      return JsonText.decoded(json);
    }
    return json.startsWith("{") || json.startsWith("[") ? "" : json;
  }

  private static final class Reader implements CallReader {
    private enum Phase {
      HEAD,
      VALUE,
      TAIL
    }

    private final JsonCalls syntax;
    private final List<ToolCall> calls = new ArrayList<>();
    /** What was taken of the phase's text, without white space before it. */
    private final StringBuilder taken = new StringBuilder();
    private Phase phase = Phase.HEAD;
    private JsonScanner scanner = new JsonScanner();
    private String name = "";
    private String id = "";

    Reader(JsonCalls syntax) {
      this.syntax = syntax;
    }

    @Override
    public boolean accept(char c) {
      if (taken.isEmpty() && Prose.isSpace(c)) {
        return true;
      }
      taken.append(c);
      return switch (phase) {
        case HEAD -> head();
        case VALUE -> value(c);
        case TAIL -> tail();
      };
    }

    @Override
    public boolean mayEnd() {
      return phase == Phase.HEAD && taken.isEmpty() && !calls.isEmpty();
    }

    @Override
    public boolean endsItself() {
      return mayEnd();
    }

    @Override
    public List<ToolCall> calls() {
      return List.copyOf(calls);
    }

    @SuppressWarnings("JdkObsolete") // hitEnd: more text may still make it match
    private boolean head() {
      Matcher head = syntax.head.matcher(taken);
      if (!head.lookingAt()) {
        return head.hitEnd();
      }
      name = group(head, "name");
      id = group(head, "id");
      String begin = taken.substring(head.end());
      scanner = new JsonScanner();
      enter(Phase.VALUE);
      taken.append(begin);
      return begin.chars().allMatch(c -> scanner.accept((char) c) != JsonScanner.Status.BROKEN);
    }

    private boolean value(char c) {
      return switch (scanner.accept(c)) {
        case OPEN -> true;
        case BROKEN -> false;
        case COMPLETE -> complete();
      };
    }

    private boolean complete() {
      List<ToolCall> found = syntax.calls(name, id, taken.toString());
      calls.addAll(found);
      enter(syntax.tail.pattern().isEmpty() ? Phase.HEAD : Phase.TAIL);
      return !found.isEmpty();
    }

    @SuppressWarnings("JdkObsolete") // hitEnd: more text may still make it match
    private boolean tail() {
      Matcher tail = syntax.tail.matcher(taken);
      if (!tail.lookingAt()) {
        return tail.hitEnd();
      }
      enter(Phase.HEAD);
      return true;
    }

    private void enter(Phase next) {
      phase = next;
      taken.setLength(0);
    }

    private static String group(Matcher matcher, String group) {
      String text = matcher.namedGroups().containsKey(group) ? matcher.group(group) : null;
      return text == null ? "" : text;
    }
  }
}
