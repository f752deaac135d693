package io.gatun.cli.chat;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.MessageJson;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Message;
import io.gatun.engine.Role;
import io.gatun.engine.Sampling;
import io.gatun.engine.SamplingParameter;
import io.gatun.engine.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is kept of a conversation besides its cache, and how it is written as JSON.
 *
 * @param model the file it was held with
 * @param cache storage of keys and values, see {@link io.gatun.engine.Engine#cacheTypes}; empty if not known
 * @param conversation what was said
 * @param sampling as it was set
 */
record Transcript(String model, String cache, Conversation.Content conversation, Sampling sampling) {
  private static final int VERSION = 1;
  private static final String STOP = "stop";

  /** As JSON on several lines. */
  String json() {
    ObjectNode json = Json.object().put("gatun_transcript", VERSION).put("model", model).put("cache", cache);
    conversation.system().ifPresent(text -> json.put("system", text));
    ArrayNode list = json.putArray("messages");
    for (Message message : conversation.messages()) {
      ObjectNode object = list.addObject().put("role", message.role().id()).put("content", message.text());
      MessageJson.putText(object, "reasoning", message.reasoning());
      MessageJson.putToolCalls(object, message.toolCalls());
    }
    json.put("regenerations", conversation.regenerations());
    ObjectNode set = json.putObject("parameters");
    for (SamplingParameter parameter : SamplingParameters.all()) {
      if (!parameter.id().equals(STOP)) {
        ArrayNode values = set.putArray(parameter.id());
        parameter.values(sampling).forEach(values::add);
      }
    }
    ArrayNode texts = json.putArray(STOP);
    sampling.stops().forEach(texts::add);
    return Json.indented(json) + "\n";
  }

  /**
   * The opposite of {@link #json}; what an older version did not write has its default.
   *
   * @param origin of the text, for messages
   * @throws UsageException if the text is something else
   */
  static Transcript parse(String text, String origin) {
    JsonNode json = text.stripLeading().startsWith("{") ? Json.parse(text, origin) : Json.array();
    if (!json.isObject() || json.path("gatun_transcript").asInt(0) != VERSION || !json.path("messages").isArray()) {
      throw new UsageException(origin + ": is not a conversation that /save wrote; to change the model use /model");
    }
    var messages = new ArrayList<Message>();
    for (JsonNode message : json.path("messages")) {
      messages.add(
          new Message(role(origin, message), string(origin, message, "content"))
              .reasoning(message.path("reasoning").asString(""))
              .toolCalls(MessageJson.toolCalls(message)));
    }
    Optional<String> system = json.has("system") ? Optional.of(string(origin, json, "system")) : Optional.empty();
    var said = new Conversation.Content(system, messages, json.path("regenerations").asLong(0));
    return new Transcript(string(origin, json, "model"), json.path("cache").asString(""), said, sampling(json, origin));
  }

  private static Sampling sampling(JsonNode json, String origin) {
    Sampling sampling = Sampling.defaults();
    for (var entry : json.path("parameters").properties()) {
      SamplingParameter parameter =
          SamplingParameters.named(entry.getKey())
              .orElseThrow(() -> new UsageException("%s: unknown parameter '%s'".formatted(origin, entry.getKey())));
      sampling = parameter.set(sampling, values(entry.getValue()));
    }
    return sampling.stops(json.path(STOP).valueStream().map(JsonNode::asString).toList());
  }

  /** Of an array, or a single one. */
  private static List<String> values(JsonNode node) {
    return node.isArray() ? node.valueStream().map(JsonNode::asString).toList() : List.of(node.asString());
  }

  private static Role role(String origin, JsonNode message) {
    String id = string(origin, message, "role");
    return Arrays.stream(Role.values())
        .filter(role -> role.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new UsageException("%s: role '%s': expected user or assistant".formatted(origin, id)));
  }

  private static String string(String origin, JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isString()) {
      throw new UsageException("%s: \"%s\" is missing, expected a string".formatted(origin, key));
    }
    return value.stringValue();
  }
}
