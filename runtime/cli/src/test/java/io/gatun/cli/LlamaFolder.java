package io.gatun.cli;

import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encoders;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes a llama of a GGUF file with a SentencePiece vocabulary as Hugging Face's libraries would have it. */
final class LlamaFolder {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("token_embd", "model.embed_tokens"),
          Map.entry("output_norm", "model.norm"),
          Map.entry("output", "lm_head"),
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private static final Map<String, String> KEYS =
      Map.of(
          "context_length", "max_position_embeddings",
          "embedding_length", "hidden_size",
          "block_count", "num_hidden_layers",
          "feed_forward_length", "intermediate_size",
          "attention.head_count", "num_attention_heads",
          "attention.head_count_kv", "num_key_value_heads");

  private final Metadata metadata;
  private final Encoding encoding;

  private LlamaFolder(Metadata metadata, Encoding encoding) {
    this.metadata = metadata;
    this.encoding = encoding;
  }

  /** @param encoding that of all tensors */
  static Path write(Path gguf, Encoding encoding, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Checkpoint source = GgufFile.open(gguf)) {
      var written = new LlamaFolder(source.metadata(), encoding);
      Files.writeString(folder.resolve("config.json"), written.config().toString());
      Files.writeString(folder.resolve("tokenizer.json"), written.tokenizer().toString());
      Files.writeString(
          folder.resolve("tokenizer_config.json"),
          "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"unk_token\":\"<unk>\",\"add_bos_token\":true}");
      var writer = new SafetensorsWriter();
      for (TensorData tensor : source.tensors().values()) {
        writer.add(written.tensor(tensor));
      }
      writer.write(folder.resolve("model.safetensors"));
    }
    return folder;
  }

  /** Changes what {@code config.json} says. */
  static void configure(Path folder, String name, String value) throws IOException {
    Path file = folder.resolve("config.json");
    ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
    Files.writeString(file, config.put(name, value).toString());
  }

  private ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", "llama").put("hidden_act", "silu");
    KEYS.forEach((key, name) -> config.put(name, metadata.integer("llama." + key)));
    config.put("rms_norm_eps", metadata.number("llama.attention.layer_norm_rms_epsilon"));
    return config.put("vocab_size", metadata.strings("tokenizer.ggml.tokens").size());
  }

  /** Merges in place of scores: all pairs that spell a token, that of the best token first. */
  private ObjectNode tokenizer() {
    List<String> tokens = metadata.strings("tokenizer.ggml.tokens");
    float[] scores = metadata.optionalFloats("tokenizer.ggml.scores").orElseThrow();
    long[] types = metadata.optionalIntegers("tokenizer.ggml.token_type").orElseThrow();
    var ids = new TreeMap<String, Integer>();
    IntStream.range(0, tokens.size()).forEach(id -> ids.put(tokens.get(id), id));
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    ArrayNode added = top.putArray("added_tokens");
    for (int id = 0; id < 3; id++) {
      added.addObject().put("id", id).put("content", tokens.get(id)).put("special", true);
    }
    ArrayNode normalizers = top.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "Prepend").put("prepend", "▁");
    normalizers.addObject().put("type", "Replace").put("content", "▁").putObject("pattern").put("String", " ");
    ArrayNode decoders = top.putObject("decoder").put("type", "Sequence").putArray("decoders");
    decoders.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("String", "▁");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    ObjectNode model = top.putObject("model").put("type", "BPE").put("byte_fallback", true).put("unk_token", "<unk>");
    ObjectNode vocab = model.putObject("vocab");
    tokens.forEach(token -> vocab.put(token, ids.get(token)));
    ArrayNode merges = model.putArray("merges");
    IntStream.range(0, tokens.size())
        .filter(id -> types[id] == 1)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer id) -> -scores[id]))
        .map(tokens::get)
        .forEach(
            token -> {
              for (int at = 1; at < token.length(); at++) {
                if (ids.containsKey(token.substring(0, at)) && ids.containsKey(token.substring(at))) {
                  merges.addArray().add(token.substring(0, at)).add(token.substring(at));
                }
              }
            });
    return top;
  }

  private TensorData tensor(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    String[] parts = tensor.name().split("\\.", -1);
    boolean inBlock = parts[0].equals("blk");
    String end = parts[parts.length - 2];
    if (end.equals("attn_q") || end.equals("attn_k")) {
      values = halved(values, Math.toIntExact(headDim()), Math.toIntExact(tensor.cols()));
    }
    String name = (inBlock ? "model.layers." + parts[1] + "." : "") + NAMES.get(end) + ".weight";
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(encoding.bytes(values.length))]);
    Encoders.of(encoding).orElseThrow().encode(values, 0, bytes, 0, values.length);
    return new TensorData(name, tensor.shape(), encoding, List.of(bytes));
  }

  private long headDim() {
    return metadata.integer("llama.embedding_length") / metadata.integer("llama.attention.head_count");
  }

  /** The even rows of each head, and then the odd ones. */
  private static float[] halved(float[] values, int headDim, int cols) {
    var halved = new float[values.length];
    for (int row = 0; row < values.length / cols; row++) {
      int inHead = row % headDim;
      int from = row - inHead + inHead % (headDim / 2) * 2 + inHead / (headDim / 2);
      System.arraycopy(values, from * cols, halved, row * cols, cols);
    }
    return halved;
  }
}
