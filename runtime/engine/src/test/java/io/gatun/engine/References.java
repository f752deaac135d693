package io.gatun.engine;

import io.gatun.model.Model;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** The tiny models of the reference corpus, and what other implementations computed with them. */
final class References {
  private References() {}

  /** Names of the models whose logits are known. */
  static List<String> decoders() {
    return names().stream().filter(name -> facts(name).has("greedy16_after_short")).toList();
  }

  /** Names of the models whose embeddings are known. */
  static List<String> encoders() {
    List<String> names = names().stream().filter(name -> prompt(name, "short").has("embedding_mean")).toList();
    return names.isEmpty() ? Assumptions.abort(Oracle.missing("models/bert.json")) : names;
  }

  private static List<String> names() {
    return Oracle.names("models", ".json");
  }

  static JsonNode facts(String name) {
    return Oracle.json(Oracle.require("models/" + name + ".json"));
  }

  static JsonNode prompt(String name, String prompt) {
    return facts(name).path("prompts").path(prompt);
  }

  static int[] ids(JsonNode array) {
    var ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }

  static float tolerance(String name) {
    return (float) facts(name).path("suggested_atol").asDouble();
  }

  static Npy array(JsonNode file) {
    return Npy.read(Oracle.require("models/" + file.asString()));
  }

  static Model open(String name) {
    return Model.open(Oracle.require("models/" + name + ".gguf"));
  }
}
