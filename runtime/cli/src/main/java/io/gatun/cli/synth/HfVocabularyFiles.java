package io.gatun.cli.synth;

import io.gatun.cli.terminal.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a {@link SyntheticVocabulary} as Hugging Face's tokenizers have it. */
final class HfVocabularyFiles {
  private static final String SPACE = "\u2581";

  /** How byte-level vocabularies cut text, with a place for how many digits stay together. Source: tiktoken, cl100k. */
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private HfVocabularyFiles() {}

  /** {@code tokenizer.json}. */
  static ObjectNode tokenizer(Shape.Words words, SyntheticVocabulary vocabulary) {
    ObjectNode json = Json.object().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    addedTokens(json.putArray("added_tokens"), vocabulary);
    boolean pieces = words.kind() == Shape.Words.Kind.SENTENCE_PIECE;
    if (pieces) {
      spaces(json);
    } else {
      bytes(json, words.kind() == Shape.Words.Kind.QWEN ? "\\p{N}" : "\\p{N}{1,3}");
    }
    json.set("post_processor", surroundings(vocabulary));
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("unk_token", pieces ? vocabulary.tokens().getFirst() : null);
    model.put("fuse_unk", pieces).put("byte_fallback", pieces);
    model.put("ignore_merges", words.kind() == Shape.Words.Kind.LLAMA_3);
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      if (pieces || !isAdded(vocabulary.types().get(id))) {
        ids.put(vocabulary.tokens().get(id), id);
      }
    }
    vocabulary.merges().forEach(model.putArray("merges")::add);
    return json;
  }

  /** {@code tokenizer_config.json}. */
  static ObjectNode settings(SyntheticVocabulary vocabulary) {
    return Json.object()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("add_bos_token", vocabulary.addsBos())
        .put("add_eos_token", false)
        .put("bos_token", vocabulary.tokens().get(vocabulary.bos()))
        .put("eos_token", vocabulary.tokens().get(vocabulary.eos()))
        .put("clean_up_tokenization_spaces", false);
  }

  private static boolean isAdded(int type) {
    return switch (type) {
      case SyntheticVocabulary.UNKNOWN, SyntheticVocabulary.CONTROL, SyntheticVocabulary.UNUSED -> true;
      default -> false;
    };
  }

  private static void addedTokens(ArrayNode added, SyntheticVocabulary vocabulary) {
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      if (isAdded(vocabulary.types().get(id))) {
        added
            .addObject()
            .put("id", id)
            .put("content", vocabulary.tokens().get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
  }

  private static void spaces(ObjectNode json) {
    ArrayNode normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
    replacement(normalizers.addObject(), " ", SPACE);
    json.putNull("pre_tokenizer");
    ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replacement(decoders.addObject(), SPACE, " ");
    List.of("ByteFallback", "Fuse").forEach(type -> decoders.addObject().put("type", type));
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
  }

  private static void replacement(ObjectNode step, String from, String to) {
    step.put("type", "Replace").put("content", to).putObject("pattern").put("String", from);
  }

  private static void bytes(ObjectNode json, String digits) {
    json.putNull("normalizer");
    ArrayNode cuts = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode split = cuts.addObject().put("type", "Split").put("behavior", "Isolated").put("invert", false);
    split.putObject("pattern").put("Regex", WORDS.formatted(digits));
    byteLevel(cuts.addObject());
    byteLevel(json.putObject("decoder"));
  }

  private static void byteLevel(ObjectNode step) {
    step.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
  }

  private static ObjectNode surroundings(SyntheticVocabulary vocabulary) {
    ObjectNode template = Json.object().put("type", "TemplateProcessing");
    ObjectNode special = template.putObject("special_tokens");
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    if (vocabulary.addsBos()) {
      String bos = vocabulary.tokens().get(vocabulary.bos());
      ObjectNode token = special.putObject(bos).put("id", bos);
      token.putArray("ids").add(vocabulary.bos());
      token.putArray("tokens").add(bos);
      single.addObject().putObject("SpecialToken").put("id", bos).put("type_id", 0);
      pair.addObject().putObject("SpecialToken").put("id", bos).put("type_id", 0);
    }
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    return template;
  }
}
