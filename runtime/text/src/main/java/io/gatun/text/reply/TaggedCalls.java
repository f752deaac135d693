package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls whose parameters stand between tags, unescaped. A parameter that is valid JSON keeps its type, every other is a
 * string.
 *
 * @param begin of a call, with the group {@code name}
 * @param parameter what stands before a value, with the group {@code key} and, where the tag itself says whether the
 *     value is a string, the group {@code string}
 * @param valueEnd what stands behind a value, up to a look at what then has to follow: a value may hold the tag
 * @param valueTag the tag in {@code valueEnd}
 * @param end of a call; empty if the end of the block is its end
 */
record TaggedCalls(Pattern begin, Pattern parameter, Pattern valueEnd, String valueTag, String end)
    implements CallSyntax.Delimited {
  TaggedCalls(String begin, String parameter, String valueEnd, String valueTag, String end) {
    this(Pattern.compile(begin), Pattern.compile(parameter), Pattern.compile(valueEnd), valueTag, end);
  }

  @Override
  public boolean mayEnd(StringBuilder body) {
    return end.isEmpty()
        ? body.indexOf("<") < 0 || CallSyntax.endsWith(body, valueTag)
        : CallSyntax.endsWith(body, end);
  }

  @Override
  public List<ToolCall> parse(String body) {
    var calls = new ArrayList<ToolCall>();
    int length = body.length();
    Matcher call = begin.matcher(body);
    for (int at = 0; at < length; at = skipSpace(body, at)) {
      if (!call.region(at, length).lookingAt()) {
        return List.of();
      }
      var members = new LinkedHashMap<String, String>();
      at = parameters(body, skipSpace(body, call.end()), members);
      if (at < 0 || !body.startsWith(end, at)) {
        return List.of();
      }
      at += end.length();
      calls.add(new ToolCall("", call.group("name"), JsonText.object(members)));
    }
    return calls;
  }

  /** Reads all parameters that begin here; where they end, or -1 if one does not. */
  private int parameters(String body, int from, Map<String, String> members) {
    Matcher open = parameter.matcher(body);
    Matcher close = valueEnd.matcher(body);
    int at = from;
    while (open.region(at, body.length()).lookingAt()) {
      if (!close.region(open.end(), body.length()).find()) {
        return -1;
      }
      members.put(open.group("key"), json(open, body.substring(open.end(), close.start())));
      at = skipSpace(body, close.end());
    }
    return at;
  }

  private static String json(Matcher open, String value) {
    boolean string = open.namedGroups().containsKey("string") && "true".equals(open.group("string"));
    return !string && JsonText.isValue(value) ? value.strip() : JsonText.encoded(value);
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (at < text.length() && Prose.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
