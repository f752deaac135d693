package io.gatun.cli.folders;

import io.gatun.cli.Models;
import io.gatun.cli.terminal.Json;
import io.gatun.gguf.GgufFile;
import io.gatun.oracle.layers.FloatMatrix;
import io.gatun.oracle.layers.RawTensor;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Small models as folders: of random weights, and the story model. Weights are known to the test alone. */
final class TinyFolders {
  private static final int BYTE = 6;
  private static final int NORMAL = 1;

  private final SplittableRandom random = new SplittableRandom(3);
  private final Map<String, FloatMatrix> layers = new LinkedHashMap<>();
  private final List<RawTensor> rest = new ArrayList<>();
  private final int width = 128;

  private TinyFolders() {}

  /** What the weights of a network of experts are to each other. */
  private record Widths(int hidden, int expert, int shared) {}

  /**
   * A llama of two layers and 500 tokens, which is no multiple of 32.
   *
   * @param step what its widths are multiples of: 128, or less for a last group that is short
   */
  static FloatCheckpoint llama(int step) {
    var tiny = new TinyFolders();
    int hidden = step < 128 ? 320 : 256;
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "model.layers." + layer + ".";
      tiny.attention(prefix, false);
      tiny.network(prefix + "mlp.", hidden);
    }
    ObjectNode config = tiny.config("llama", hidden);
    return tiny.checkpoint(config);
  }

  /** A qwen2-moe of two layers with four experts of which two are used, and a shared one. */
  static FloatCheckpoint qwen2Moe(int step) {
    var tiny = new TinyFolders();
    var widths = step < 128 ? new Widths(256, 192, 320) : new Widths(256, 128, 256);
    int experts = 4;
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "model.layers." + layer + ".";
      tiny.attention(prefix, true);
      tiny.matrix(prefix + "mlp.gate.weight", experts, 1);
      tiny.matrix(prefix + "mlp.shared_expert_gate.weight", 1, 1);
      for (int expert = 0; expert < experts; expert++) {
        tiny.network(prefix + "mlp.experts." + expert + ".", widths.expert);
      }
      tiny.network(prefix + "mlp.shared_expert.", widths.shared);
    }
    ObjectNode config = tiny.config("qwen2_moe", widths.hidden);
    config.put("num_experts", experts).put("num_experts_per_tok", 2).put("norm_topk_prob", false);
    config.put("moe_intermediate_size", widths.expert).put("shared_expert_intermediate_size", widths.shared);
    config.put("decoder_sparse_step", 1).putArray("mlp_only_layers");
    return tiny.checkpoint(config);
  }

  private void attention(String prefix, boolean biased) {
    gain(prefix + "input_layernorm.weight");
    linear(prefix + "self_attn.q_proj", 256, width);
    linear(prefix + "self_attn.k_proj", 128, width);
    linear(prefix + "self_attn.v_proj", 128, width);
    linear(prefix + "self_attn.o_proj", width, 256);
    if (biased) {
      vector(prefix + "self_attn.q_proj.bias", 256);
      vector(prefix + "self_attn.k_proj.bias", 128);
      vector(prefix + "self_attn.v_proj.bias", 128);
    }
    gain(prefix + "post_attention_layernorm.weight");
  }

  private void network(String prefix, int hidden) {
    linear(prefix + "gate_proj", hidden, width);
    linear(prefix + "up_proj", hidden, width);
    linear(prefix + "down_proj", width, hidden);
  }

  private void linear(String key, int out, int in) {
    layers.put(key, FloatMatrix.random(out, in, 1.5 / Math.sqrt(in), random));
  }

  private void matrix(String name, int out, double deviation) {
    FloatMatrix values = FloatMatrix.random(out, width, deviation / Math.sqrt(width), random);
    rest.add(RawTensor.floats(name, values.values(), out, width));
  }

  private void vector(String name, int length) {
    rest.add(RawTensor.floats(name, FloatMatrix.random(1, length, 0.3, random).values(), length));
  }

  private void gain(String name) {
    float[] values = FloatMatrix.random(1, width, 0.2, random).values();
    for (int i = 0; i < width; i++) {
      values[i] += 1;
    }
    rest.add(RawTensor.floats(name, values, width));
  }

  private ObjectNode config(String type, int hidden) {
    return Json.object()
        .put("model_type", type)
        .put("vocab_size", 500)
        .put("hidden_size", width)
        .put("intermediate_size", hidden)
        .put("num_hidden_layers", 2)
        .put("num_attention_heads", 4)
        .put("num_key_value_heads", 2)
        .put("head_dim", 64)
        .put("max_position_embeddings", 128)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10_000.0)
        .put("bos_token_id", 1)
        .put("eos_token_id", 2);
  }

  private FloatCheckpoint checkpoint(ObjectNode config) {
    gain("model.norm.weight");
    FloatMatrix embedding = FloatMatrix.random(500, width, 1, random);
    FloatMatrix head = FloatMatrix.random(500, width, 1 / Math.sqrt(width), random);
    return new FloatCheckpoint(config, tokenizer(500), layers, embedding, head, false, rest);
  }

  // ---- the story model

  /** The story model; its network is widened by zeros, which change nothing, to a multiple of 64. */
  static FloatCheckpoint stories() {
    var tiny = new TinyFolders();
    try (var file = GgufFile.open(Models.stories())) {
      var metadata = file.metadata();
      int layers = Math.toIntExact(metadata.integer("llama.block_count"));
      int heads = Math.toIntExact(metadata.integer("llama.attention.head_count"));
      int headsKv = Math.toIntExact(metadata.integer("llama.attention.head_count_kv"));
      int hidden = Math.ceilDiv(Math.toIntExact(metadata.integer("llama.feed_forward_length")), 64) * 64;
      FloatMatrix embedding = matrix(file, "token_embd");
      for (int layer = 0; layer < layers; layer++) {
        String from = "blk." + layer + ".";
        String to = "model.layers." + layer + ".";
        tiny.layers.put(to + "self_attn.q_proj", inHalves(matrix(file, from + "attn_q"), heads));
        tiny.layers.put(to + "self_attn.k_proj", inHalves(matrix(file, from + "attn_k"), headsKv));
        tiny.layers.put(to + "self_attn.v_proj", matrix(file, from + "attn_v"));
        tiny.layers.put(to + "self_attn.o_proj", matrix(file, from + "attn_output"));
        tiny.layers.put(to + "mlp.gate_proj", widened(matrix(file, from + "ffn_gate"), hidden, embedding.in()));
        tiny.layers.put(to + "mlp.up_proj", widened(matrix(file, from + "ffn_up"), hidden, embedding.in()));
        tiny.layers.put(to + "mlp.down_proj", widened(matrix(file, from + "ffn_down"), embedding.in(), hidden));
        tiny.vector(file, from + "attn_norm.weight", to + "input_layernorm.weight");
        tiny.vector(file, from + "ffn_norm.weight", to + "post_attention_layernorm.weight");
      }
      tiny.vector(file, "output_norm.weight", "model.norm.weight");
      ObjectNode config = tiny.config("llama", hidden);
      config.put("vocab_size", embedding.out()).put("hidden_size", embedding.in()).put("num_hidden_layers", layers);
      config.put("num_attention_heads", heads).put("num_key_value_heads", headsKv);
      config.put("head_dim", embedding.in() / heads);
      config.put("max_position_embeddings", metadata.integer("llama.context_length"));
      config.put("rms_norm_eps", metadata.number("llama.attention.layer_norm_rms_epsilon"));
      boolean tied = !file.tensors().containsKey("output.weight");
      FloatMatrix head = tied ? embedding : matrix(file, "output");
      return new FloatCheckpoint(config, tokenizer(embedding.out()), tiny.layers, embedding, head, tied, tiny.rest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[] values(GgufFile file, String name) {
    TensorData tensor = Objects.requireNonNull(file.tensors().get(name), name);
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    return values;
  }

  private static FloatMatrix matrix(GgufFile file, String name) {
    TensorData tensor = Objects.requireNonNull(file.tensors().get(name + ".weight"), name);
    return new FloatMatrix((int) tensor.rows(), (int) tensor.cols(), values(file, tensor.name()));
  }

  private void vector(GgufFile file, String from, String to) {
    float[] values = values(file, from);
    rest.add(RawTensor.floats(to, values, values.length));
  }

  /** Of each head the even rows, then the odd ones: GGUF has the two of a rotated pair beside each other. */
  private static FloatMatrix inHalves(FloatMatrix matrix, int heads) {
    int length = matrix.out() / heads;
    var values = new float[matrix.values().length];
    for (int row = 0; row < matrix.out(); row++) {
      int inHead = row % length;
      int from = row / length * length + (inHead < length / 2 ? 2 * inHead : 2 * (inHead - length / 2) + 1);
      System.arraycopy(matrix.values(), from * matrix.in(), values, row * matrix.in(), matrix.in());
    }
    return new FloatMatrix(matrix.out(), matrix.in(), values);
  }

  private static FloatMatrix widened(FloatMatrix matrix, int out, int in) {
    var values = new float[out * in];
    for (int row = 0; row < matrix.out(); row++) {
      System.arraycopy(matrix.values(), row * matrix.in(), values, row * in, matrix.in());
    }
    return new FloatMatrix(out, in, values);
  }

  /** The first tokens of the story model's vocabulary as tokenizer.json has them: all pairs that make another piece. */
  private static ObjectNode tokenizer(int size) {
    List<String> tokens;
    float[] scores;
    long[] types;
    try (var file = GgufFile.open(Models.stories())) {
      tokens = file.metadata().strings("tokenizer.ggml.tokens").subList(0, size);
      scores = file.metadata().optionalFloats("tokenizer.ggml.scores").orElseThrow();
      types = file.metadata().optionalIntegers("tokenizer.ggml.token_type").orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ObjectNode json = Json.object();
    ArrayNode added = json.putArray("added_tokens");
    ObjectNode model = json.putObject("model").put("type", "BPE").put("unk_token", tokens.getFirst());
    model.put("fuse_unk", true).put("byte_fallback", true);
    ObjectNode vocabulary = model.putObject("vocab");
    var ids = new LinkedHashMap<String, Integer>();
    for (int id = 0; id < size; id++) {
      vocabulary.put(tokens.get(id), id);
      if (types[id] != NORMAL && types[id] != BYTE) {
        added.addObject().put("id", id).put("content", tokens.get(id)).put("special", true);
      } else if (types[id] == NORMAL) {
        ids.put(tokens.get(id), id);
      }
    }
    ArrayNode merges = model.putArray("merges");
    ids.entrySet().stream()
        .sorted((a, b) -> Float.compare(scores[b.getValue()], scores[a.getValue()]))
        .forEach(
            piece -> {
              for (int cut = 1; cut < piece.getKey().length(); cut++) {
                String left = piece.getKey().substring(0, cut);
                String right = piece.getKey().substring(cut);
                if (ids.containsKey(left) && ids.containsKey(right)) {
                  merges.add(left + " " + right);
                }
              }
            });
    spaces(json);
    return json;
  }

  private static void spaces(ObjectNode json) {
    String space = "\u2581";
    ArrayNode normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "Prepend").put("prepend", space);
    normalizers.addObject().put("type", "Replace").put("content", space).putObject("pattern").put("String", " ");
    ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
    decoders.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("String", space);
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    ObjectNode template = json.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    template.putArray("pair");
    ObjectNode bos = template.putObject("special_tokens").putObject("<s>").put("id", "<s>");
    bos.putArray("ids").add(1);
    bos.putArray("tokens").add("<s>");
  }
}
