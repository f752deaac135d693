package io.gatun.engine;

import io.gatun.text.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Families of models with a common way of writing conversations, for files without a chat template. A vocabulary that has
 * all of a family's control tokens is of the family, the first that fits; where there are no such tokens, the name tells.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are immutable
enum ChatFamily {
  CHATML("chatml", List.of("<|im_start|>", "<|im_end|>"), List.of()),
  LLAMA_3("llama-3", List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), List.of()),
  GEMMA("gemma", List.of("<start_of_turn>", "<end_of_turn>"), List.of()),
  PHI_3("phi-3", List.of("<|user|>", "<|assistant|>", "<|end|>"), List.of()),
  ZEPHYR("zephyr", List.of("<|user|>", "<|assistant|>"), List.of("zephyr", "tinyllama chat")),
  MISTRAL("mistral", List.of("[INST]", "[/INST]"), List.of("mistral instruct", "mixtral instruct")),
  LLAMA_2("llama-2", List.of(), List.of("llama 2 chat", "codellama instruct")),
  VICUNA("vicuna", List.of(), List.of("vicuna")),
  ALPACA("alpaca", List.of(), List.of("alpaca"));

  private static final List<String> NAMED = List.of("llama", "mistral");

  private final String id;
  private final List<String> tokens;
  /** Each some words that a name must have. */
  private final List<String> names;

  ChatFamily(String id, List<String> tokens, List<String> names) {
    this.id = id;
    this.tokens = tokens;
    this.names = names;
  }

  /**
   * The family of a model; empty if nothing tells.
   *
   * @param architecture {@code general.architecture}: names count for the ones that older models have
   * @param name for people
   */
  static Optional<ChatFamily> of(Vocabulary vocabulary, String architecture, String name) {
    Optional<ChatFamily> byTokens =
        Arrays.stream(values()).filter(family -> family.hasTokens(vocabulary)).findFirst();
    if (byTokens.isPresent() || !NAMED.contains(architecture)) {
      return byTokens;
    }
    String words = name.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(family -> family.isNamed(words)).findFirst();
  }

  private boolean hasTokens(Vocabulary vocabulary) {
    return !tokens.isEmpty() && tokens.stream().allMatch(token -> vocabulary.id(token).isPresent());
  }

  private boolean isNamed(String name) {
    return names.stream().anyMatch(words -> Arrays.stream(words.split(" ")).allMatch(name::contains));
  }

  /** The name of the family, as people write it. */
  String id() {
    return id;
  }

  /** The Jinja text. */
  String template() {
    String resource = "templates/" + id + ".jinja";
    try (InputStream text = ChatFamily.class.getResourceAsStream(resource)) {
      if (text == null) {
        throw new IllegalStateException(resource + ": not in this build");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
