package io.gatun.text;

import static io.gatun.text.PreTokenizer.Trait.ADDS_BOS;
import static io.gatun.text.PreTokenizer.Trait.CLEANS_UP;
import static io.gatun.text.PreTokenizer.Trait.WHOLE_WORDS;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How byte-level BPE cuts text into words before merging, by the name in {@code tokenizer.ggml.pre}. One entry per
 * behaviour: the regular expressions, applied one after the other within the pieces of the one before (what none matches
 * is a piece too); traits; and the names.
 *
 * <p>Expressions: the {@code tokenizer.json} of the models named, and of GPT-2.
 */
@SuppressWarnings("ImmutableEnumChecker") // the collections are immutable
enum PreTokenizer {
  DEFAULT(
      List.of("[\\p{P}$+<=>^~|]+", Words.GPT_2, "\\p{N}+", "[0-9]{3}"), EnumSet.of(CLEANS_UP), "default"),

  GPT_2(
      List.of(Words.GPT_2),
      EnumSet.of(CLEANS_UP),
      "gpt-2",
      "phi-2",
      "jina-es",
      "jina-de",
      "gigachat",
      "jina-v1-en",
      "jina-v2-code",
      "jina-v2-es",
      "jina-v2-de",
      "roberta-bpe",
      "a.x-4.0",
      "mellum",
      "modern-bert",
      "exaone4",
      "mpt",
      "olmo",
      "jais"),
  GPT_2_VERBATIM(List.of(Words.GPT_2), EnumSet.noneOf(Trait.class), "trillion", "granite-docling"),

  LLAMA_3(
      List.of(Words.upToThreeDigits()),
      EnumSet.of(CLEANS_UP, WHOLE_WORDS, ADDS_BOS),
      "llama-bpe",
      "llama3",
      "llama-v3",
      "falcon3",
      "falcon-h1",
      "pixtral",
      "midm-2.0",
      "lfm2",
      "jina-v5-nano"),
  LLAMA_3_MERGING(
      List.of(Words.upToThreeDigits()), EnumSet.of(CLEANS_UP), "dbrx", "smaug-bpe", "glm4", "chatglm-bpe"),

  QWEN_2(
      List.of(Words.singleDigits()),
      EnumSet.noneOf(Trait.class),
      "qwen2",
      "deepseek-r1-qwen",
      "kormo",
      "f2llmv2",
      "hunyuan",
      "solar-open",
      "grok-2",
      "bailingmoe",
      "bailingmoe2",
      "llada-moe"),
  QWEN_2_CLEANING(List.of(Words.singleDigits()), EnumSet.of(CLEANS_UP), "megrez", "stablelm2");

  /** What else the name of a pre-tokenizer decides. */
  enum Trait {
    /** A word that is a token is taken whole, whatever its merges. */
    WHOLE_WORDS,
    /** Prompts begin with BOS unless the metadata says otherwise. */
    ADDS_BOS,
    /** Decoding removes spaces before punctuation. */
    CLEANS_UP
  }

  /** The expressions that several entries share. */
  private static final class Words {
    static final String GPT_2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    static String upToThreeDigits() {
      return cl100k("\\p{N}{1,3}");
    }

    static String singleDigits() {
      return cl100k("\\p{N}");
    }

    /** The expression of OpenAI's cl100k, but for how long a run of digits may be. */
    private static String cl100k(String digits) {
      return "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
          + digits
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }
  }

  private final List<String> passes;
  private final Set<Trait> traits;
  private final List<String> names;

  PreTokenizer(List<String> passes, EnumSet<Trait> traits, String... names) {
    this.passes = List.copyOf(passes);
    this.traits = Set.copyOf(traits);
    this.names = List.of(names);
  }

  /**
   * The pre-tokenizer that the metadata names. Files from before the name existed get the one that was used then.
   *
   * @throws UnsupportedModelException if the name is not known
   */
  static PreTokenizer of(Metadata metadata) {
    String name = metadata.optionalString(VocabularyReader.PRE).orElse("");
    if (name.isEmpty()) {
      return DEFAULT;
    }
    for (PreTokenizer candidate : values()) {
      if (candidate.names.contains(name)) {
        return candidate;
      }
    }
    throw new UnsupportedModelException(
        "%s: key %s: pre-tokenizer '%s' is not supported, expected one of: %s"
            .formatted(metadata.origin(), VocabularyReader.PRE, name, knownNames()));
  }

  private static String knownNames() {
    return Arrays.stream(values())
        .flatMap(entry -> entry.names.stream())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  WordSplitter splitter() {
    return new WordSplitter(passes);
  }
}
