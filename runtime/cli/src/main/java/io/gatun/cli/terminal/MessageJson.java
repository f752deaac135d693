package io.gatun.cli.terminal;

import io.gatun.text.reply.ToolCall;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parts of messages as JSON, in the form of OpenAI's interface. */
public final class MessageJson {
  private MessageJson() {}

  /** Adds {@code tool_calls}, if there are any. */
  public static void putToolCalls(ObjectNode message, List<ToolCall> calls) {
    if (calls.isEmpty()) {
      return;
    }
    ArrayNode array = message.putArray("tool_calls");
    for (ToolCall call : calls) {
      ObjectNode object = array.addObject().put("id", call.id()).put("type", "function");
      object.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }
  }

  /** What {@link #putToolCalls} added. */
  public static List<ToolCall> toolCalls(JsonNode message) {
    return message.path("tool_calls").valueStream().map(MessageJson::toolCall).toList();
  }

  private static ToolCall toolCall(JsonNode call) {
    return new ToolCall(
        call.path("id").asString(""), call.at("/function/name").asString(""), call.at("/function/arguments").asString(""));
  }

  /** Adds a text under {@code key}, if there is one. */
  public static void putText(ObjectNode message, String key, String text) {
    if (!text.isEmpty()) {
      message.put(key, text);
    }
  }
}
