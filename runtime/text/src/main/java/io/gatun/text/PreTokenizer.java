package io.gatun.text;

import static io.gatun.text.PreTokenizer.Trait.ADDS_BOS;
import static io.gatun.text.PreTokenizer.Trait.ADDS_BOS_ALWAYS;
import static io.gatun.text.PreTokenizer.Trait.CHARACTERS;
import static io.gatun.text.PreTokenizer.Trait.CLEANS_UP;
import static io.gatun.text.PreTokenizer.Trait.DROPS_WHITESPACE;
import static io.gatun.text.PreTokenizer.Trait.ESCAPES_SPACES;
import static io.gatun.text.PreTokenizer.Trait.MERGES_OPTIONAL;
import static io.gatun.text.PreTokenizer.Trait.WHOLE_NEWLINES;
import static io.gatun.text.PreTokenizer.Trait.WHOLE_WORDS;

import io.gatun.tensors.Metadata;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How byte-pair encoding cuts text into words before merging, by the name in {@code tokenizer.ggml.pre}. One entry per
 * behaviour: the passes, each applied within the pieces of the one before (what none matches is a piece too); traits; and
 * the names.
 *
 * <p>Names, expressions and traits: llama.cpp, of August 2026 and where it has more of later months. Most expressions are
 * those of the models' {@code tokenizer.json}; where llama.cpp computes something else, this is what it computes.
 */
@SuppressWarnings("ImmutableEnumChecker") // the collections are immutable
enum PreTokenizer {
  DEFAULT(
      matching("[\\p{P}$+<=>^~|]+", Words.GPT_2, "\\p{N}+", "[0-9]{3}"), EnumSet.of(CLEANS_UP), "default"),

  GPT_2(
      matching(Words.GPT_2),
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
  GPT_2_VERBATIM(matching(Words.GPT_2), none(), "trillion", "granite-docling"),

  SINGLE_DIGITS(
      matching("\\p{N}", Words.GPT_2),
      EnumSet.of(CLEANS_UP),
      "starcoder",
      "refact",
      "codeshell",
      "exaone",
      "minerva-7b",
      "mellum2"),
  SINGLE_DIGITS_VERBATIM(matching("\\p{N}", Words.GPT_2), none(), "command-r", "cohere2_moe", "smollm"),

  FALCON(matching("[\\p{P}$+<=>^~|`]+", Words.GPT_2, "[0-9]{3}"), EnumSet.of(CLEANS_UP), "falcon"),

  LLAMA_3(
      matching(Words.cl100k("\\p{N}{1,3}")),
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
      matching(Words.cl100k("\\p{N}{1,3}")), EnumSet.of(CLEANS_UP), "dbrx", "smaug-bpe", "glm4", "chatglm-bpe"),
  JAIS_2(
      matching(
          Words.cl100kUpToSpaces("\\p{N}{1,3}")
              + "\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|"
              + "\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s"),
      EnumSet.of(CLEANS_UP),
      "jais-2"),
  MINICPM_5(matching("\\p{N}{1,3}", Words.cl100k("\\p{N}+")), EnumSet.of(CLEANS_UP, WHOLE_WORDS), "minicpm5"),

  QWEN_2(
      matching(Words.cl100k("\\p{N}")),
      none(),
      "qwen2",
      "deepseek-r1-qwen",
      "kormo",
      "openpangu",
      "f2llmv2",
      "hunyuan",
      "solar-open",
      "grok-2",
      "bailingmoe",
      "bailingmoe2",
      "llada-moe"),
  QWEN_2_CLEANING(matching(Words.cl100k("\\p{N}")), EnumSet.of(CLEANS_UP), "megrez", "stablelm2"),
  LAGUNA(matching(Words.LINES, Words.cl100k("\\p{N}")), none(), "laguna"),
  QWEN_35(
      matching(
          Words.CONTRACTIONS
              + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
              + Words.SPACES),
      none(),
      "qwen35"),
  UFAKZEKA(matching(Words.words("\\p{N}") + Words.SPACES), none(), "ufakzeka"),
  SEED_CODER(
      matching(
          Words.CONTRACTIONS
              + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|"
              + Words.SPACES),
      none(),
      "seed-coder"),
  EXAONE_MOE(
      matching(
          Words.CONTRACTIONS
              + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|"
              + "\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
      EnumSet.of(CLEANS_UP),
      "exaone-moe"),

  GPT_4O(
      matching(Words.o200k("\\p{L}", Words.CONTRACTIONS + "?", "\\p{N}{1,3}")),
      none(),
      "gpt-4o",
      "llama4",
      "kanana2",
      "talkie",
      "minimax-m2"),
  GRANITE_EMBEDDING(
      matching(Words.o200k("\\p{L}\\p{M}", Words.CONTRACTIONS + "?", "\\p{N}{1,3}")),
      EnumSet.of(WHOLE_WORDS),
      "granite-embed-multi-97m"),
  TEKKEN(matching(Words.o200k("\\p{L}", "", "\\p{N}")), EnumSet.of(WHOLE_WORDS, ADDS_BOS), "tekken"),
  TINY_AYA(passes(() -> DigitGroups.AFTER, Words.marked("\\p{N}{1,3}")), none(), "tiny_aya", "cohere2moe"),
  YOUTU(matching(Words.EAST_ASIAN_RUNS, Words.marked("\\p{N}")), EnumSet.of(WHOLE_WORDS), "youtu"),

  DEEPSEEK_LLM(
      matching(
          "[\\r\\n]", Words.ALPHABETS, Words.WIDE_PUNCTUATION, "\\s+$", Words.IDEOGRAPHS_AND_MORE, "\\p{N}+"),
      none(),
      "deepseek-llm"),
  DEEPSEEK_CODER(
      matching("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", Words.IDEOGRAPHS_AND_MORE, "\\p{N}"), none(), "deepseek-coder"),
  DEEPSEEK_3(
      matching("\\p{N}{1,3}", Words.IDEOGRAPHS_AND_KANA, Words.punctuated("[\\r\\n]*|\\s*[\\r\\n]+")),
      none(),
      "deepseek-v3",
      "hunyuan-dense",
      "joyai-llm",
      "hy_v4"),
  SPARK_2(
      matching("\\p{N}{1,3}", Words.IDEOGRAPHS_AND_KANA, Words.punctuated("|[\\r\\n]"), "\\p{N}"), none(), "spark2_5"),
  AFMOE(
      passes(() -> DigitGroups.AFTER, Words.ASIAN_SCRIPTS, Words.punctuated("[\\r\\n]*|\\s*[\\r\\n]+")), none(), "afmoe"),

  PORO(matching(Words.UNPUNCTUATED), none(), "poro-chat"),
  BLOOM(matching(Words.UNPUNCTUATED), EnumSet.of(CLEANS_UP), "bloom", "gpt3-finnish"),
  VIKING(matching(Words.UNPUNCTUATED, "\\p{N}"), none(), "viking"),

  CHAMELEON(
      matching(
          "<sentinel:[0-9]+>",
          "IMGIMG[A-I]{1,4}Z",
          "[\\t\\n]|    |  ",
          "\\p{N}",
          "[\\p{P}!-/:-@\\[-`{-~]",
          Words.GPT_2),
      EnumSet.of(ADDS_BOS),
      "chameleon"),
  KIMI_K2(
      matching(
          "\\p{Han}+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\\p{Han}]]+"
              + Words.CONTRACTIONS
              + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
              + Words.SPACES),
      EnumSet.of(MERGES_OPTIONAL),
      "kimi-k2"),
  SUPER_BPE(List.of(pass("\\p{N}+"), () -> DigitGroups.BEFORE), none(), "superbpe"),

  GEMMA_4(
      matching(Words.LINES),
      EnumSet.of(CLEANS_UP, CHARACTERS, ESCAPES_SPACES, WHOLE_NEWLINES, ADDS_BOS_ALWAYS),
      "gemma4",
      "granite-embed-multi-311m"),
  SARVAM(matching(Words.LINES), EnumSet.of(CHARACTERS, ESCAPES_SPACES), "sarvam-moe"),
  WHITESPACE(matching("\\S+"), EnumSet.of(CLEANS_UP, CHARACTERS, DROPS_WHITESPACE), "whitespace");

  /** What else the name of a pre-tokenizer decides. */
  enum Trait {
    /** A word that is a token is taken whole, whatever its merges. */
    WHOLE_WORDS,
    /** So is a run of newlines. */
    WHOLE_NEWLINES,
    /** Prompts begin with BOS unless the metadata says otherwise. */
    ADDS_BOS,
    /** Prompts begin with BOS whatever the metadata says. */
    ADDS_BOS_ALWAYS,
    /** Decoding removes spaces before punctuation. */
    CLEANS_UP,
    /** Merges join characters instead of bytes; what is no token becomes tokens of bytes, as in SentencePiece. */
    CHARACTERS,
    /** Spaces are spelled U+2581. */
    ESCAPES_SPACES,
    /** Whitespace only separates words. */
    DROPS_WHITESPACE,
    /** The vocabulary may come without merges. */
    MERGES_OPTIONAL
  }

  /** The expressions that several entries share. */
  static final class Words {
    static final String GPT_2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    static final String CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

    static final String SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    static final String LINES = "[^\\n]+|[\\n]+";

    static final String UNPUNCTUATED =
        " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

    /** Latin, Greek, Cyrillic, Armenian, Georgian, Cherokee and other scripts with two cases. */
    static final String ALPHABETS =
        "\\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-"
        + "\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481"
        + "\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B"
        + "\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B"
        + "\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB"
        + "\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128"
        + "\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4"
        + "\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF"
        + "\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\uD801\uDC00-\uD801\uDC4F\uD801\uDCB0-\uD801\uDCD3"
        + "\uD801\uDCD8-\uD801\uDCFB\uD803\uDC80-\uD803\uDCB2\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF"
        + "\uD83A\uDD00-\uD83A\uDD43]+";

    static final String WIDE_PUNCTUATION = "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+";

    static final String IDEOGRAPHS_AND_KANA = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";

    static final String IDEOGRAPHS_AND_MORE = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

    static final String EAST_ASIAN_RUNS =
        "[\uAC00-\uD7A3\u3131-\u318E]+|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C\u3001-\u303F"
        + "\uFE30-\uFE4F]+|[\u3105-\u312F]+|[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";

    static final String ASIAN_SCRIPTS =
        "[\u4E00-\u9FFF\u3400-\u4DBF\u8C48-\uFAFF\u3040-\u309F\u30A0-\u30FF\uFF65-\uFF9F\u2F00-\u2FDF\u0E40-"
        + "\u0E7F\u0E80-\u0EFF\u1780-\u17FF\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF\uAC00-\uD7AF\u1100-\u11FF]+";

    /** The expression of OpenAI's cl100k, but for how long a run of digits may be. */
    static String cl100k(String digits) {
      return CONTRACTIONS + "|" + words(digits) + SPACES;
    }

    /** Without what the expression says of whitespace other than newlines. */
    static String cl100kUpToSpaces(String digits) {
      return CONTRACTIONS + "|" + words(digits) + "\\s*[\\r\\n]+|";
    }

    static String words(String digits) {
      return "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|";
    }

    /** The expression of OpenAI's o200k, with ASCII letters alone in two cases. */
    static String o200k(String letters, String contractions, String digits) {
      String notLower = "(?:(?=[" + letters + "])[^a-z])";
      String notUpper = "(?:(?=[" + letters + "])[^A-Z])";
      String before = "[^\\r\\n\\p{L}\\p{N}]?";
      return before + notLower + "*" + notUpper + "+" + contractions
          + "|" + before + notLower + "+" + notUpper + "*" + contractions
          + "|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + SPACES;
    }

    /** The expression of OpenAI's o200k, without cases. */
    static String marked(String digits) {
      return "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+" + CONTRACTIONS + "?|"
          + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + SPACES;
    }

    /** The last expression of DeepSeek V3, but for what may follow punctuation. */
    static String punctuated(String newlines) {
      return "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+"
          + newlines
          + "|\\s+(?!\\S)|\\s+";
    }
  }

  private static final System.Logger LOG = System.getLogger("io.gatun.text");

  private final List<Supplier<SplitPass>> passes;
  private final Set<Trait> traits;
  private final List<String> names;

  PreTokenizer(List<Supplier<SplitPass>> passes, EnumSet<Trait> traits, String... names) {
    this.passes = List.copyOf(passes);
    this.traits = Set.copyOf(traits);
    this.names = List.of(names);
  }

  private static EnumSet<Trait> none() {
    return EnumSet.noneOf(Trait.class);
  }

  private static Supplier<SplitPass> pass(String pattern) {
    return () -> SplitPattern.of(pattern);
  }

  private static List<Supplier<SplitPass>> matching(String... patterns) {
    return Stream.of(patterns).map(PreTokenizer::pass).toList();
  }

  private static List<Supplier<SplitPass>> passes(Supplier<SplitPass> first, String... patterns) {
    return Stream.concat(Stream.of(first), matching(patterns).stream()).toList();
  }

  /** The pre-tokenizer that the metadata names; a warning says so if the name is missing or unknown. */
  static PreTokenizer of(Metadata metadata) {
    String name = metadata.string(VocabularyReader.MODEL).equals("gemma4") ? "gemma4" : name(metadata);
    for (PreTokenizer candidate : values()) {
      if (candidate.names.contains(name)) {
        return candidate;
      }
    }
    LOG.log(Level.WARNING, doubt(metadata));
    return DEFAULT;
  }

  private static String name(Metadata metadata) {
    return metadata.optionalString(VocabularyReader.PRE).orElse("");
  }

  /** What is wrong with a name that is missing or unknown, and what is used instead. */
  static String doubt(Metadata metadata) {
    String name = name(metadata);
    return "%s: key %s is %s, so words may be cut otherwise than in training: using 'default'"
        .formatted(
            metadata.origin(),
            VocabularyReader.PRE,
            name.isEmpty() ? "missing" : "'" + name + "', which is no known pre-tokenizer");
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  List<String> names() {
    return names;
  }

  WordSplitter splitter() {
    return new WordSplitter(passes.stream().map(Supplier::get).toList());
  }
}
