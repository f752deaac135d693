package io.gatun.cli.chat;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Message;
import io.gatun.engine.Role;
import io.gatun.engine.Sampling;
import io.gatun.engine.SamplingParameter;
import io.gatun.engine.SamplingParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A saved conversation.
 *
 * @param model the file it was held with
 * @param system the system message
 * @param messages oldest first
 * @param parameters of sampling, stop texts apart
 * @param stops stop texts
 */
record Transcript(
    String model, Optional<String> system, List<Message> messages, List<Parameter> parameters, List<String> stops) {
  private static final int VERSION = 1;
  private static final String STOP = "stop";

  /** One setting, its values as {@link Parameters#set(String, List)} takes them. */
  record Parameter(String name, List<String> values) {
    Parameter {
      values = List.copyOf(values);
    }
  }

  static Transcript of(Path model, Conversation conversation, Sampling sampling) {
    var parameters = new ArrayList<Parameter>();
    for (SamplingParameter parameter : SamplingParameters.all()) {
      if (!parameter.id().equals(STOP)) {
        parameters.add(new Parameter(parameter.id(), parameter.values(sampling)));
      }
    }
    return new Transcript(
        model.toString(), conversation.system(), conversation.messages(), parameters, sampling.stops());
  }

  /** Writes it whole or not at all: first beside the file, then in its place. */
  void save(Path file) {
    ObjectNode json = Json.object().put("gatun_transcript", VERSION).put("model", model);
    system.ifPresent(text -> json.put("system", text));
    ArrayNode list = json.putArray("messages");
    for (Message message : messages) {
      list.addObject().put("role", message.role().id()).put("content", message.text());
    }
    ObjectNode set = json.putObject("parameters");
    for (Parameter parameter : parameters) {
      ArrayNode values = set.putArray(parameter.name());
      parameter.values().forEach(values::add);
    }
    ArrayNode texts = json.putArray(STOP);
    stops.forEach(texts::add);
    try {
      Path target = file.toAbsolutePath();
      Path beside = Files.createTempFile(target.getParent(), ".gatun", ".tmp");
      try {
        Files.writeString(beside, Json.indented(json) + "\n", StandardCharsets.UTF_8);
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** @throws UsageException if the file is no transcript */
  static Transcript load(Path file) {
    String text = Paths.text(file);
    JsonNode json = text.stripLeading().startsWith("{") ? Json.parse(text, file.toString()) : Json.array();
    if (!json.isObject() || json.path("gatun_transcript").asInt(0) != VERSION || !json.path("messages").isArray()) {
      throw new UsageException(file + ": is not a conversation that /save wrote; to change the model use /model");
    }
    var messages = new ArrayList<Message>();
    for (JsonNode message : json.path("messages")) {
      messages.add(new Message(role(file, message), string(file, message, "content")));
    }
    var parameters = new ArrayList<Parameter>();
    json.path("parameters").properties().forEach(e -> parameters.add(new Parameter(e.getKey(), values(e.getValue()))));
    var stops = new ArrayList<String>();
    json.path(STOP).forEach(stop -> stops.add(stop.asString()));
    Optional<String> system = json.has("system") ? Optional.of(string(file, json, "system")) : Optional.empty();
    return new Transcript(string(file, json, "model"), system, messages, parameters, stops);
  }

  /** Of an array, or a single one. */
  private static List<String> values(JsonNode node) {
    return node.isArray() ? node.valueStream().map(JsonNode::asString).toList() : List.of(node.asString());
  }

  private static Role role(Path file, JsonNode message) {
    String id = string(file, message, "role");
    return Arrays.stream(Role.values())
        .filter(role -> role.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new UsageException("%s: role '%s': expected user or assistant".formatted(file, id)));
  }

  private static String string(Path file, JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isString()) {
      throw new UsageException("%s: \"%s\" is missing, expected a string".formatted(file, key));
    }
    return value.stringValue();
  }
}
