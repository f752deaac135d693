package io.gatun.model;

import io.gatun.device.Device;
import io.gatun.device.KvType;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** A tiny model of the reference corpus with its prompts and expected logits. */
record ReferenceModel(String name, JsonNode facts) {

  /** Names of all models that logits are known of. */
  static List<String> withLogits() {
    return Oracle.names("models", ".json").stream()
        .filter(name -> of(name).facts().has("greedy16_after_short"))
        .toList();
  }

  static ReferenceModel of(String name) {
    String path = "models/" + name + ".json";
    return new ReferenceModel(
        name, Oracle.json(Oracle.find(path).orElseGet(() -> Assumptions.abort(Oracle.missing(path)))));
  }

  Model open() {
    return Model.open(Oracle.require("models/" + name + ".gguf"));
  }

  int[] prompt(String which) {
    return ids(facts.path("prompts").path(which).path("ids"));
  }

  Npy logits(String which) {
    return Npy.read(Oracle.require("models/" + facts.path("prompts").path(which).path("logits").asString()));
  }

  float tolerance() {
    return (float) facts.path("suggested_atol").asDouble();
  }

  static int[] ids(JsonNode array) {
    var ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }

  /** Logits of all tokens, computed in chunks of {@code chunk}. */
  static List<float[]> compute(Model model, Device device, KvType cacheType, int context, int[] ids, int chunk) {
    var forward = new Forward(model, device, context, cacheType, cacheType, chunk);
    try (KvCache cache = forward.newCache()) {
      var rows = new ArrayList<float[]>();
      var batch = new Batch();
      for (int from = 0; from < ids.length; from += chunk) {
        batch.clear();
        batch.add(cache, ids, from, Math.min(ids.length, from + chunk), Batch.Logits.ALL);
        forward.run(batch, (row, logits) -> rows.add(logits.clone()));
      }
      return rows;
    }
  }
}
