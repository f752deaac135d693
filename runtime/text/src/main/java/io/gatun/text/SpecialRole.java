package io.gatun.text;

import java.util.List;

/** A part that one token of a vocabulary may play, by id in the metadata or recognised by its text. */
@SuppressWarnings("ImmutableEnumChecker") // the collections are immutable
public enum SpecialRole {
  BOS("bos_token_id"),
  EOS("eos_token_id"),
  /** End of a turn. */
  EOT(
      List.of("eot_token_id"),
      "<|eot_id|>",
      "<|im_end|>",
      "<|end|>",
      "<end_of_turn>",
      "<|endoftext|>",
      "<|end_of_text|>",
      "<EOT>",
      "_<EOT>",
      "[EOT]",
      "<｜end▁of▁sentence｜>",
      "<end_of_utterance>"),
  /** End of a message that expects an answer of a tool. */
  EOM(List.of("eom_token_id"), "<|eom_id|>"),
  UNKNOWN("unknown_token_id"),
  /** The key is spelled so. */
  SEPARATOR("seperator_token_id"),
  PADDING("padding_token_id"),
  MASK("mask_token_id"),
  FIM_PREFIX(
      List.of("fim_pre_token_id", "prefix_token_id"),
      "<|fim_prefix|>",
      "<fim-prefix>",
      "<fim_prefix>",
      "<｜fim▁begin｜>",
      "<PRE>",
      "▁<PRE>",
      "<|code_prefix|>",
      "<|prefix|>"),
  FIM_SUFFIX(
      List.of("fim_suf_token_id", "suffix_token_id"),
      "<|fim_suffix|>",
      "<fim-suffix>",
      "<fim_suffix>",
      "<｜fim▁hole｜>",
      "<SUF>",
      "▁<SUF>",
      "<|code_suffix|>",
      "<|suffix|>"),
  FIM_MIDDLE(
      List.of("fim_mid_token_id", "middle_token_id"),
      "<|fim_middle|>",
      "<fim-middle>",
      "<fim_middle>",
      "<｜fim▁end｜>",
      "<MID>",
      "▁<MID>",
      "<|code_middle|>",
      "<|middle|>"),
  FIM_PADDING(List.of("fim_pad_token_id"), "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"),
  FIM_REPOSITORY(
      List.of("fim_rep_token_id"), "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"),
  FIM_FILE_SEPARATOR(List.of("fim_sep_token_id"), "<|file_sep|>");

  private final List<String> keys;
  private final List<String> texts;

  SpecialRole(String key) {
    this(List.of(key));
  }

  SpecialRole(List<String> keys, String... texts) {
    this.keys = List.copyOf(keys);
    this.texts = List.of(texts);
  }

  /** Metadata keys without {@code tokenizer.ggml.}; the last one present wins. */
  List<String> keys() {
    return keys;
  }

  /** Where no key is given, the first of these that the vocabulary has plays the part. */
  List<String> texts() {
    return texts;
  }
}
