package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Calls as a program would write them, one after another or in a list. Arguments have names; a call with others is
 * malformed, because the names are not known here.
 *
 * @param begin how a body begins
 * @param prefix before the name
 * @param open between name and arguments
 * @param assign between an argument's name and value
 * @param close after the arguments
 */
record LiteralCalls(Pattern begin, String prefix, String open, String assign, String close)
    implements CallSyntax.Delimited {
  /** {@code name(a=1, b="x")}; in {@code print(…)} and with {@code .call} behind the name it is the same. */
  static final LiteralCalls PYTHON =
      new LiteralCalls(Pattern.compile("\\[?\\s{0,20}[\\w.-]{1,200}\\("), "", "(", "=", ")");
  /** <code>call:name{a:1,b:&lt;|"|&gt;x&lt;|"|&gt;}</code>. */
  static final LiteralCalls GEMMA = new LiteralCalls(Pattern.compile("call:"), "call:", "{", ":", "}");

  private static final String METHOD = ".call";

  @Override
  public boolean mayEnd(StringBuilder body) {
    return CallSyntax.endsWith(body, close) || CallSyntax.endsWith(body, close + "]");
  }

  @Override
  public List<ToolCall> parse(String body) {
    var calls = new ArrayList<ToolCall>();
    var reader = new LiteralReader(body);
    boolean list = reader.take("[");
    while (!reader.atEnd() && !(list && reader.take("]"))) {
      Optional<ToolCall> call = call(reader);
      if (call.isEmpty()) {
        return List.of();
      }
      calls.add(call.orElseThrow());
      reader.take(list ? "," : ";");
    }
    return reader.atEnd() ? calls : List.of();
  }

  private Optional<ToolCall> call(LiteralReader reader) {
    boolean printed = reader.take("print(");
    String name = reader.take(prefix) ? reader.name() : "";
    Optional<String> arguments =
        !name.isEmpty() && reader.take(open) ? reader.members(assign, close) : Optional.empty();
    String tool = name.endsWith(METHOD) ? name.substring(0, name.length() - METHOD.length()) : name;
    return printed && !reader.take(")") ? Optional.empty() : arguments.map(it -> new ToolCall("", tool, it));
  }
}
