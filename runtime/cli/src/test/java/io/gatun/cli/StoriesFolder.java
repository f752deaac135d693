package io.gatun.cli;

import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsWriter;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The story model as Hugging Face's libraries would have it, its rows of queries and keys in their order. */
final class StoriesFolder {
  private static final int WIDTH = 64;
  private static final int HEAD_DIM = 8;
  private static final int TOKENS = 512;

  private StoriesFolder() {}

  /** @param padding rows of the table behind the last token, of which one in two has a logit above all others */
  static Path write(Path folder, int padding) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "hidden_act": "silu", "hidden_size": 64, "intermediate_size": 172,
         "max_position_embeddings": 512, "model_type": "llama", "num_attention_heads": 8, "num_hidden_layers": 5,
         "num_key_value_heads": 4, "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0,
         "tie_word_embeddings": true, "vocab_size": %d, "quantization_config": null}
        """
            .formatted(TOKENS + padding));
    try (var stories = GgufFile.open(Models.stories())) {
      Files.write(
          folder.resolve("tokenizer.model"),
          vocabulary(
              stories.metadata().strings("tokenizer.ggml.tokens"),
              stories.metadata().optionalFloats("tokenizer.ggml.scores").orElseThrow(),
              stories.metadata().optionalIntegers("tokenizer.ggml.token_type").orElseThrow()));
      var writer = new SafetensorsWriter();
      stories.tensors().values().forEach(tensor -> writer.add(renamed(tensor, padding)));
      writer.write(folder.resolve("model.safetensors"));
    }
    return folder;
  }

  private static TensorData renamed(TensorData tensor, int padding) {
    var values = new float[(int) tensor.values()];
    tensor.decode(0, (int) tensor.rows(), values);
    String[] parts = tensor.name().split("\\.", -1);
    return switch (parts[0]) {
      case "token_embd" -> padded(values, padding);
      case "output_norm" -> floats("model.norm.weight", values, tensor.shape());
      default -> {
        boolean rotates = parts[2].equals("attn_q") || parts[2].equals("attn_k");
        String name = "model.layers.%s.%s.weight".formatted(parts[1], layer(parts[2]));
        yield floats(name, rotates ? halves(values) : values, tensor.shape());
      }
    };
  }

  private static String layer(String name) {
    return switch (name) {
      case "attn_norm" -> "input_layernorm";
      case "ffn_norm" -> "post_attention_layernorm";
      case "attn_output" -> "self_attn.o_proj";
      case "attn_q", "attn_k", "attn_v" -> "self_attn." + name.charAt(5) + "_proj";
      default -> "mlp." + name.substring(4) + "_proj";
    };
  }

  /** Rows of a head that alternate between two halves, one half behind the other. */
  private static float[] halves(float[] alternating) {
    var values = new float[alternating.length];
    for (int row = 0; row < values.length / WIDTH; row++) {
      int within = row % HEAD_DIM;
      int target = row - within + within % 2 * (HEAD_DIM / 2) + within / 2;
      System.arraycopy(alternating, row * WIDTH, values, target * WIDTH, WIDTH);
    }
    return values;
  }

  private static TensorData padded(float[] table, int padding) {
    var values = new float[table.length + padding * WIDTH];
    System.arraycopy(table, 0, values, 0, table.length);
    for (int i = table.length; i < values.length; i++) {
      values[i] = (i / WIDTH % 2 == 0 ? 100 : -100) * table[i % (TOKENS * WIDTH)];
    }
    return floats("model.embed_tokens.weight", values, List.of((long) TOKENS + padding, (long) WIDTH));
  }

  private static TensorData floats(String name, float[] values, List<Long> shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new TensorData(name, shape, Encodings.F32, List.of(MemorySegment.ofBuffer(bytes)));
  }

  /** SentencePiece's message, in which each token is a message of its spelling, score and type. */
  private static byte[] vocabulary(List<String> tokens, float[] scores, long[] types) {
    var model = new ByteArrayOutputStream();
    for (int id = 0; id < TOKENS; id++) {
      byte[] spelling = tokens.get(id).getBytes(StandardCharsets.UTF_8);
      ByteBuffer piece = ByteBuffer.allocate(spelling.length + 9).order(ByteOrder.LITTLE_ENDIAN);
      piece.put((byte) 0x0a).put((byte) spelling.length).put(spelling);
      piece.put((byte) 0x15).putFloat(scores[id]).put((byte) 0x18).put((byte) types[id]);
      append(model, 0x0a, piece.array());
    }
    append(model, 0x12, new byte[] {0x18, 2, (byte) 0x98, 2, 1}); // byte pairs, with tokens for bytes
    append(model, 0x1a, new byte[] {0x18, 1, 0x20, 0}); // a space in front, and none removed
    return model.toByteArray();
  }

  private static void append(ByteArrayOutputStream model, int tag, byte[] message) {
    if (message.length > Byte.MAX_VALUE) {
      throw new UncheckedIOException(new IOException("a message of %d bytes".formatted(message.length)));
    }
    model.write(tag);
    model.write(message.length);
    model.writeBytes(message);
  }
}
