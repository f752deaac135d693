package io.gatun.cli.load;

import io.gatun.device.KvType;
import io.gatun.engine.Engine;
import io.gatun.model.Model;
import io.gatun.model.ModelCosts;
import io.gatun.model.ModelSpec;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model needs on this computer.
 *
 * @param family its architecture and dimensions, for people
 * @param context tokens that the memory is for
 * @param cacheBytes of keys and values of one conversation, in f16
 * @param readBytesPerSecond that this computer's memory was measured to give
 */
record ModelNeeds(String family, ModelCosts costs, int context, long cacheBytes, double readBytesPerSecond) {

  /** Measures memory for some tenths of a second. */
  static ModelNeeds of(Model model, OptionalInt context) {
    ModelCosts costs = ModelCosts.of(model);
    int tokens = context.orElse(Math.min(model.spec().contextLength(), Engine.DEFAULT_CONTEXT));
    long cache = costs.cacheBytes(tokens, KvType.F16, KvType.F16) + costs.stateBytes();
    return new ModelNeeds(family(model.spec()), costs, tokens, cache, MemorySpeed.measure());
  }

  private static String family(ModelSpec spec) {
    String experts =
        spec.blocks().stream()
            .flatMap(block -> block.feedForward().experts())
            .map(network -> ", %d of %d experts".formatted(network.router().spec().used(), network.down().experts()))
            .distinct()
            .collect(Collectors.joining());
    return "%s, %d layers of width %d%s".formatted(spec.architecture(), spec.blocks().size(), spec.embeddingLength(), experts);
  }

  /** Tokens a second if nothing but reading the weights took time. */
  double tokensPerSecond() {
    return readBytesPerSecond / Math.max(1, costs.bytesPerToken());
  }

  String memoryText() {
    return "%s of weights, %s of cache for %d tokens in f16"
        .formatted(ModelFacts.bytes(costs.weightBytes()), ModelFacts.bytes(cacheBytes), context);
  }

  String speedText() {
    return String.format(
        Locale.ROOT,
        "at most %.1f tokens/s, reading %s of weights a token from memory at %s/s",
        tokensPerSecond(),
        ModelFacts.bytes(costs.bytesPerToken()),
        ModelFacts.bytes(Math.round(readBytesPerSecond)));
  }

  void addTo(ObjectNode json) {
    json.put("active_parameters", costs.activeParameters());
    json.put("weight_bytes_per_token", costs.bytesPerToken());
    ObjectNode memory = json.putObject("memory");
    memory.put("context", context).put("weight_bytes", costs.weightBytes()).put("cache_bytes", cacheBytes);
    json.put("read_gb_per_s", readBytesPerSecond / 1e9);
    json.put("expected_tg_tps", tokensPerSecond());
  }
}
