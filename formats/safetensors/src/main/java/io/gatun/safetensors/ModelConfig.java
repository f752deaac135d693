package io.gatun.safetensors;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the configuration files beside the tensors say about quantization. They are often wrong, so the tensors decide
 * wherever they can; this is asked where they leave a choice.
 */
final class ModelConfig {
  private static final String KEY = "quantization_config";

  private final JsonNode model;
  private final JsonNode quantization;
  private final List<Scheme> schemes;

  /**
   * A group of compressed-tensors' {@code config_groups}.
   *
   * @param targets names, expressions after {@code re:}, or classes
   */
  private record Scheme(List<String> targets, JsonNode weights, JsonNode activations) {}

  private ModelConfig(JsonNode model, JsonNode quantization) {
    this.model = model;
    this.quantization = quantization;
    this.schemes = schemes(quantization.path("config_groups"));
  }

  /**
   * @param folder where {@code config.json} and others may lie
   * @param metadata texts of a lone file, which may carry the quantization
   * @throws FormatException if a file is no JSON
   * @throws UnsupportedModelException if weights were rotated in a way that the graph has to undo
   */
  static ModelConfig read(Path folder, Map<String, String> metadata) {
    ObjectNode none = JsonNodeFactory.instance.objectNode();
    JsonNode model = Json.file(folder.resolve("config.json")).orElse(none);
    var candidates = new ArrayList<JsonNode>();
    if (metadata.containsKey(KEY)) {
      candidates.add(Json.object(folder + ": " + SafetensorsHeader.METADATA + " " + KEY, metadata.get(KEY)));
    }
    for (JsonNode at : List.of(model, model.path("text_config"), model.path("llm_config"))) {
      candidates.add(at.path(KEY));
      candidates.add(at.path("compression_config"));
    }
    for (String file : List.of("quantize_config.json", "quant_config.json")) {
      Json.file(folder.resolve(file)).ifPresent(candidates::add);
    }
    Json.file(folder.resolve("hf_quant_config.json")).ifPresent(node -> candidates.add(node.path("quantization")));
    JsonNode quantization = candidates.stream().filter(JsonNode::isObject).findFirst().orElse(none);
    var config = new ModelConfig(model, quantization);
    config.requireNoTransforms(folder);
    return config;
  }

  private void requireNoTransforms(Path folder) {
    JsonNode transforms = quantization.path("transform_config");
    if (transforms.isObject() && !transforms.path("config_groups").isEmpty()) {
      throw new UnsupportedModelException(
          "%s: transform_config rotates activations at run time, which is not supported; %s"
              .formatted(folder, LinearLayers.INSTEAD));
    }
  }

  /** {@code quant_method} in lower case; empty if there is none. */
  String method() {
    return text("quant_method").toLowerCase(Locale.ROOT);
  }

  /** A text of the quantization's; empty if there is none. */
  String text(String key) {
    return quantization.path(key).asString("");
  }

  Optional<Boolean> flag(String key) {
    JsonNode node = quantization.path(key);
    return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
  }

  int integer(String key, int fallback) {
    return quantization.path(key).asInt(fallback);
  }

  float number(String key, float fallback) {
    JsonNode node = quantization.path(key);
    return node.isNumber() ? (float) node.asDouble(fallback) : fallback;
  }

  /** Columns of a group, wherever that is said; 0 if nowhere, or if a group is a whole row. */
  int groupLength() {
    for (String key : List.of("group_size", "q_group_size")) {
      if (integer(key, 0) > 0) {
        return integer(key, 0);
      }
    }
    return schemes.size() == 1 ? Math.max(0, schemes.getFirst().weights.path("group_size").asInt(0)) : 0;
  }

  /** Rows and columns of a block of FP8 weights. */
  List<Integer> blockShape() {
    JsonNode shape = quantization.path("weight_block_size");
    if (!shape.isArray() && schemes.size() == 1) {
      shape = schemes.getFirst().weights.path("block_structure");
    }
    boolean pair = shape.size() == 2 && shape.get(0).asInt(0) > 0 && shape.get(1).asInt(0) > 0;
    return pair ? List.of(shape.get(0).asInt(0), shape.get(1).asInt(0)) : List.of(128, 128);
  }

  /** What {@code config_groups} says of the weights of a layer: {@code num_bits} and others; empty if nothing. */
  JsonNode weights(String layer) {
    return scheme(layer).map(Scheme::weights).orElseGet(JsonNodeFactory.instance::objectNode);
  }

  /** What {@code config_groups} says of the input of a layer; null or an empty node if it stays as it is. */
  Optional<JsonNode> activations(String layer) {
    return scheme(layer).map(Scheme::activations);
  }

  private Optional<Scheme> scheme(String layer) {
    if (schemes.size() == 1) {
      return Optional.of(schemes.getFirst());
    }
    for (TargetKind kind : TargetKind.values()) {
      for (Scheme scheme : schemes) {
        if (scheme.targets.stream().anyMatch(target -> kind.matches(target, layer))) {
          return Optional.of(scheme);
        }
      }
    }
    return Optional.empty();
  }

  /** Ways to name layers, the strongest first. */
  private enum TargetKind {
    NAME {
      @Override
      boolean matches(String target, String layer) {
        return target.equals(layer);
      }
    },
    EXPRESSION {
      @Override
      boolean matches(String target, String layer) {
        return target.startsWith("re:") && BoundedMatch.matches(target.substring(3), layer);
      }
    },
    CLASS {
      @Override
      boolean matches(String target, String layer) {
        return target.equals("Linear");
      }
    };

    abstract boolean matches(String target, String layer);
  }

  private static List<Scheme> schemes(JsonNode groups) {
    var schemes = new ArrayList<Scheme>();
    for (Map.Entry<String, JsonNode> entry : groups.properties()) {
      JsonNode group = entry.getValue();
      if (group.isArray()) {
        schemes.add(Preset.parse(entry.getKey()).scheme(texts(group)));
      } else {
        schemes.add(new Scheme(texts(group.path("targets")), group.path("weights"), group.path("input_activations")));
      }
    }
    return List.copyOf(schemes);
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(node -> node.asString("")).toList();
  }

  /** A group by one of compressed-tensors' names, as {@code W4A16}: bits of weights and of activations; 16 if none. */
  private record Preset(int weightBits, int activationBits) {
    static Preset parse(String name) {
      var bits = Pattern.compile("W(\\d)A(\\d+).*").matcher(name);
      if (bits.matches()) {
        return new Preset(Integer.parseInt(bits.group(1)), bits.group(2).startsWith("16") ? 16 : bits.group(2).charAt(0) - '0');
      }
      return new Preset(8, name.endsWith("A16") ? 16 : 8);
    }

    Scheme scheme(List<String> targets) {
      ObjectNode weights = JsonNodeFactory.instance.objectNode().put("num_bits", weightBits);
      ObjectNode activations = JsonNodeFactory.instance.objectNode();
      if (activationBits < 16) {
        activations.put("num_bits", activationBits).put("dynamic", true).put("strategy", "token");
      }
      return new Scheme(targets, weights, activations);
    }
  }

  /**
   * Outputs of a layer that were padded to a multiple: the length of its bias, or of a head the vocabulary's size, where
   * they say so.
   */
  long unpadded(LayerTensors layer, long stored, int multiple) {
    long wanted = stored;
    var bias = layer.find("bias");
    if (bias.isPresent()) {
      wanted = bias.get().values();
    } else if (layer.name().endsWith("lm_head")) {
      JsonNode size = model.has("vocab_size") ? model.path("vocab_size") : model.path("text_config").path("vocab_size");
      wanted = size.asLong(stored);
    }
    return wanted < stored && wanted > stored - multiple ? wanted : stored;
  }

  /** Attention heads of queries, and of keys; empty where the configuration does not say. */
  Optional<long[]> heads() {
    for (JsonNode at : List.of(model, model.path("text_config"), model.path("llm_config"))) {
      long queries = at.path("num_attention_heads").asLong(0);
      if (queries > 0) {
        return Optional.of(new long[] {queries, at.path("num_key_value_heads").asLong(queries)});
      }
    }
    return Optional.empty();
  }

  /** {@code config.json}, an empty object if there is none. */
  JsonNode model() {
    return model;
  }
}
