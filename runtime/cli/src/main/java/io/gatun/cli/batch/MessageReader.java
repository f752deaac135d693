package io.gatun.cli.batch;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Message;
import io.gatun.engine.Role;
import io.gatun.text.reply.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Understands messages in the form of OpenAI's interface. Used once, by one thread. */
final class MessageReader {
  private final List<Message> messages = new ArrayList<>();

  private MessageReader() {}

  /**
   * A conversation.
   *
   * @param name of the array, for errors
   * @throws UsageException for anything that is no message
   */
  static List<Message> messages(JsonNode array, String name) {
    if (!array.isArray() || array.isEmpty()) {
      throw array.isArray()
          ? new UsageException(name + " is empty: expected at least one message")
          : Fields.wrong(name, array, "an array");
    }
    var reader = new MessageReader();
    for (int i = 0; i < array.size(); i++) {
      reader.messages.add(reader.message(array.get(i), "%s[%d]".formatted(name, i)));
    }
    return reader.messages;
  }

  private Message message(JsonNode message, String name) {
    if (!message.isObject()) {
      throw Fields.wrong(name, message, "an object with role and content");
    }
    var fields = new Fields(message, name + ".");
    Role role = role(fields.text("role").orElseThrow(() -> new UsageException(name + ".role is missing")), name);
    List<ToolCall> calls = role == Role.ASSISTANT ? calls(fields) : List.of();
    Optional<JsonNode> content = fields.field("content");
    if (content.isEmpty() && calls.isEmpty()) {
      throw new UsageException(name + ".content is missing");
    }
    String text = content.map(given -> given.isArray() ? parts(given, name) : Fields.text(given, name + ".content")).orElse("");
    String reasoning =
        role == Role.ASSISTANT ? fields.text("reasoning_content").or(() -> fields.text("reasoning")).orElse("") : "";
    return role == Role.TOOL ? Message.tool(answered(fields), text) : new Message(role, text).reasoning(reasoning).toolCalls(calls);
  }

  private static Role role(String role, String name) {
    return switch (role) {
      case "system", "developer" -> Role.SYSTEM;
      case "user" -> Role.USER;
      case "assistant" -> Role.ASSISTANT;
      case "tool" -> Role.TOOL;
      default ->
          throw new UsageException("%s.role is \"%s\": expected system, developer, user, assistant or tool".formatted(name, role));
    };
  }

  /** OpenAI's content in parts, of which only texts are understood. */
  private static String parts(JsonNode parts, String name) {
    var text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      String part = "%s.content[%d]".formatted(name, i);
      var fields = new Fields(parts.get(i), part + ".");
      String type = fields.text("type").orElse("none");
      if (!type.equals("text")) {
        throw new UsageException("%s.type is \"%s\": expected \"text\", nothing else is understood".formatted(part, type));
      }
      text.append(fields.text("text").orElseThrow(() -> new UsageException(part + ".text is missing")));
    }
    return text.toString();
  }

  private static List<ToolCall> calls(Fields message) {
    var calls = new ArrayList<ToolCall>();
    for (Fields call : message.objects("tool_calls")) {
      Fields function = call.object("function").orElseThrow(() -> new UsageException(call.path() + "function is missing"));
      String name = function.text("name").orElseThrow(() -> new UsageException(function.path() + "name is missing"));
      calls.add(new ToolCall(call.text("id").orElse(""), name, function.text("arguments").orElse("{}")));
    }
    return calls;
  }

  /** The call that a tool's message answers: by its id one of those before. */
  private ToolCall answered(Fields message) {
    String id = message.text("tool_call_id").orElse("");
    return messages.stream()
        .flatMap(before -> before.toolCalls().stream())
        .filter(call -> call.id().equals(id))
        .findFirst()
        .orElseGet(() -> new ToolCall(id, message.text("name").orElse(""), ""));
  }
}
