package io.gatun.model;

import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a GGUF model as the folder that Hugging Face's libraries would have: tensors decoded to floats, with their
 * names, orders and shapes there, and a configuration. Names are written down from that side's classes, not from the reader's
 * tables.
 *
 * @param modelType of {@code config.json}
 * @param beginning of names, but for the head's
 * @param names what the ends of names in GGUF are called in this kind of model, if not as usual
 * @param permuted whether converters have put the rows of queries and keys in another order
 * @param gainsBelowOne whether norms add 1 to their gains
 * @param config what the configuration has besides, or otherwise
 */
record FolderWriter(
    String modelType,
    String beginning,
    Map<String, String> names,
    boolean permuted,
    boolean gainsBelowOne,
    Consumer<ObjectNode> config) {
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(.+?)(\\.(weight|bias))?");

  private static final Map<String, String> USUAL =
      table(
          """
          token_embd embed_tokens
          output_norm norm
          output lm_head
          attn_norm input_layernorm
          ffn_norm post_attention_layernorm
          attn_q self_attn.q_proj
          attn_k self_attn.k_proj
          attn_v self_attn.v_proj
          attn_qkv self_attn.qkv_proj
          attn_output self_attn.o_proj
          attn_q_norm self_attn.q_norm
          attn_k_norm self_attn.k_norm
          ffn_gate mlp.gate_proj
          ffn_up mlp.up_proj
          ffn_down mlp.down_proj
          ffn_gate_inp mlp.gate
          ffn_gate_exps mlp.experts.%d.gate_proj
          ffn_up_exps mlp.experts.%d.up_proj
          ffn_down_exps mlp.experts.%d.down_proj""");

  private static final Map<String, String> KEYS =
      table(
          """
          context_length max_position_embeddings
          embedding_length hidden_size
          block_count num_hidden_layers
          feed_forward_length intermediate_size
          attention.head_count num_attention_heads
          attention.head_count_kv num_key_value_heads
          attention.key_length head_dim
          attention.layer_norm_rms_epsilon rms_norm_eps
          attention.layer_norm_epsilon layer_norm_eps
          attention.sliding_window sliding_window
          rope.freq_base rope_theta
          expert_count num_experts
          expert_used_count num_experts_per_tok
          expert_feed_forward_length moe_intermediate_size
          expert_weights_norm norm_topk_prob
          expert_weights_scale routed_scaling_factor
          embedding_scale embedding_multiplier
          residual_scale residual_multiplier
          attention.scale attention_multiplier
          logit_scale logit_scale""");

  /** A kind of model with the usual names. */
  static FolderWriter of(String modelType) {
    return new FolderWriter(modelType, "model.", Map.of(), false, false, _ -> {});
  }

  /** @param lines an end of a name in GGUF, and what it is here */
  FolderWriter named(String lines) {
    return new FolderWriter(modelType, beginning, table(lines), permuted, gainsBelowOne, config);
  }

  FolderWriter unpermuting() {
    return new FolderWriter(modelType, beginning, names, true, gainsBelowOne, config);
  }

  FolderWriter withGainsBelowOne() {
    return new FolderWriter(modelType, beginning, names, permuted, true, config);
  }

  FolderWriter with(Consumer<ObjectNode> more) {
    return new FolderWriter(modelType, beginning, names, permuted, gainsBelowOne, config.andThen(more));
  }

  FolderWriter as(String otherType) {
    return new FolderWriter(otherType, beginning, names, permuted, gainsBelowOne, config);
  }

  FolderWriter beginning(String start) {
    return new FolderWriter(modelType, start, names, permuted, gainsBelowOne, config);
  }

  private static Map<String, String> table(String lines) {
    var table = new LinkedHashMap<String, String>();
    lines.lines().map(line -> line.strip().split(" ")).forEach(words -> table.put(words[0], words[1]));
    return table;
  }

  void write(Path gguf, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Checkpoint source = GgufFile.open(gguf)) {
      String architecture = source.metadata().string("general.architecture") + ".";
      var json = config(source.metadata(), architecture);
      Files.writeString(folder.resolve("config.json"), json.toPrettyString());
      Files.write(folder.resolve("tokenizer.model"), SentencePieceWriter.model(source.metadata()));
      var writer = new SafetensorsWriter();
      for (TensorData tensor : source.tensors().values()) {
        for (TensorData written : tensors(tensor, source.metadata(), architecture)) {
          writer.add(written);
        }
      }
      writer.write(folder.resolve("model.safetensors"));
    }
  }

  private ObjectNode config(Metadata metadata, String architecture) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("model_type", modelType);
    KEYS.forEach(
        (key, name) ->
            metadata
                .peek(architecture + key)
                .ifPresent(
                    value -> {
                      switch (value.content()) {
                        case Long integer -> json.put(name, integer);
                        case Double number -> json.put(name, number);
                        case Boolean flag -> json.put(name, flag);
                        default -> throw new IllegalArgumentException(key);
                      }
                    }));
    metadata
        .peek(architecture + "rope.scaling.type")
        .ifPresent(
            type -> {
              ObjectNode scaling = json.putObject("rope_scaling").put("rope_type", (String) type.content());
              scaling.put("factor", metadata.number(architecture + "rope.scaling.factor"));
              metadata
                  .optionalInteger(architecture + "rope.scaling.original_context_length")
                  .ifPresent(length -> scaling.put("original_max_position_embeddings", length));
            });
    json.putNull("quantization_config");
    config.accept(json);
    return json;
  }

  private List<TensorData> tensors(TensorData tensor, Metadata metadata, String architecture) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    if (gainsBelowOne && tensor.name().endsWith("norm.weight")) {
      for (int i = 0; i < values.length; i++) {
        values[i] -= 1;
      }
    }
    Matcher block = BLOCK.matcher(tensor.name());
    if (!block.matches()) {
      int dot = tensor.name().lastIndexOf('.');
      String name = name(tensor.name().substring(0, dot));
      String start = name.equals("lm_head") ? "" : beginning;
      String full = start + name + tensor.name().substring(dot);
      return name.equals("-") ? List.of() : List.of(floats(full, values, tensor.shape()));
    }
    String end = block.group(2);
    if (name(end).equals("-")) {
      return List.of();
    }
    if (permuted && (end.equals("attn_q") || end.equals("attn_k"))) {
      String key = architecture + "attention.head_count" + (end.equals("attn_q") ? "" : "_kv");
      unpermute(values, Math.toIntExact(metadata.integer(key)), (int) tensor.rows() == 1 ? 1 : (int) tensor.cols());
    }
    if (end.equals("ffn_gate_inp_shexp")) {
      String gate = beginning + "layers." + block.group(1) + "." + name(end) + ".weight";
      return List.of(floats(gate, values, List.of(1L, tensor.cols())));
    }
    String name = beginning + "layers." + block.group(1) + "." + name(end);
    String suffix = name.endsWith("!") ? "" : block.group(3) == null ? "" : block.group(3);
    String full = name.replace("!", "") + suffix;
    return full.contains("%d") ? apart(full, values, tensor.shape()) : List.of(floats(full, values, tensor.shape()));
  }

  private String name(String end) {
    String name = names.getOrDefault(end, USUAL.get(end));
    if (name == null) {
      throw new IllegalArgumentException("no name for " + end);
    }
    return name;
  }

  /** Converters interleave the halves of each head. */
  private static void unpermute(float[] values, int heads, int cols) {
    int dim = values.length / cols / heads;
    float[] before = values.clone();
    for (int head = 0; head < heads; head++) {
      for (int half = 0; half < 2; half++) {
        for (int i = 0; i < dim / 2; i++) {
          int there = head * dim + 2 * i + half;
          int here = head * dim + half * (dim / 2) + i;
          System.arraycopy(before, there * cols, values, here * cols, cols);
        }
      }
    }
  }

  private static List<TensorData> apart(String name, float[] values, List<Long> shape) {
    int experts = Math.toIntExact(shape.getFirst());
    int size = values.length / experts;
    var parts = new ArrayList<TensorData>();
    for (int i = 0; i < experts; i++) {
      float[] part = Arrays.copyOfRange(values, i * size, (i + 1) * size);
      parts.add(floats(name.formatted(i), part, shape.subList(1, shape.size())));
    }
    return parts;
  }

  static TensorData floats(String name, float[] values, List<Long> shape) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
    MemorySegment.copy(values, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    return new TensorData(name, shape, Encodings.F32, List.of(bytes));
  }
}
