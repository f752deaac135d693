package io.gatun.engine;

import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The story model with chat templates, and with control tokens in place of tokens that it never uses. */
final class ChatModels {
  static final String CHATML =
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
  static final String LLAMA_2 =
      "{% for m in messages %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content | trim + ' [/INST]' }}"
          + "{% else %}{{ ' ' + m.content | trim + ' ' + eos_token }}{% endif %}{% endfor %}";
  static final List<String> CHATML_TOKENS = List.of("<|im_start|>", "<|im_end|>");

  /** Tokens that stories do without. */
  private static final List<String> SPARE = List.of("â", "€", "ñ", "™");

  private ChatModels() {}

  /**
   * A model file in {@code folder}.
   *
   * @param strings metadata to add, a template for example
   * @param control tokens that it shall have
   */
  static Path write(Path folder, Map<String, String> strings, List<String> control) {
    Path file = folder.resolve("chat.gguf");
    try (var stories = GgufFile.open(Oracle.require("models/stories260K.gguf"))) {
      var writer = new GgufWriter().putAll(stories.metadata());
      strings.forEach((key, text) -> writer.put(key, new Metadata.Value("str", text)));
      var texts = new ArrayList<>(stories.metadata().strings("tokenizer.ggml.tokens"));
      long[] types = stories.metadata().optionalIntegers("tokenizer.ggml.token_type").orElseThrow().clone();
      for (int i = 0; i < control.size(); i++) {
        int id = texts.indexOf(SPARE.get(i));
        texts.set(id, control.get(i));
        types[id] = 3;
      }
      writer.put("tokenizer.ggml.tokens", new Metadata.Value("arr[str]", texts.toArray(String[]::new)));
      writer.put("tokenizer.ggml.token_type", new Metadata.Value("arr[i32]", types));
      stories.tensors().values().forEach(writer::add);
      writer.write(file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Generates these tokens, the last one again and again. */
  static Sampling forced(int... script) {
    return Sampling.greedy()
        .processor(
            (logits, history) -> {
              Arrays.fill(logits, -100);
              logits[script[Math.min(history.size() - history.promptSize(), script.length - 1)]] = 100;
            });
  }

  static Path write(Path folder, String template, List<String> control) {
    return write(folder, Map.of("tokenizer.chat_template", template), control);
  }
}
