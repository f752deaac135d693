package io.gatun.text;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What files fail to say about their control tokens, recognised by spelling: the parts some play, which ones end an
 * answer, and which are declared with a wrong type. The spellings are those that llama.cpp recognises since 2026.
 */
final class ControlTokens {
  /** Each ends an answer, and is a control token whatever its declared type. */
  private static final Set<String> END_OF_GENERATION =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<|flush|>",
          "<|calls|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "</s>",
          "<|eom_id|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "[EOS]",
          "<|end_of_text|>",
          "<end_of_utterance>",
          "<eos>",
          "<turn|>",
          "<|tool_response>",
          "<｜end▁of▁sentence｜>",
          "[e~[");

  /** The channel markup of harmony: part of the answer's text, so it is rendered. */
  private static final Set<String> ALWAYS_RENDERED =
      Set.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

  /** Whatever plays one of these parts ends an answer. */
  private static final List<SpecialRole> ENDING_ROLES =
      List.of(
          SpecialRole.EOS,
          SpecialRole.EOT,
          SpecialRole.EOM,
          SpecialRole.FIM_PADDING,
          SpecialRole.FIM_REPOSITORY,
          SpecialRole.FIM_FILE_SEPARATOR);

  private ControlTokens() {}

  static void apply(VocabularyReader reader) {
    Map<String, Integer> ids = reader.idsOf(spellings());
    recogniseRoles(reader, ids);
    for (var entry : ids.entrySet()) {
      if (END_OF_GENERATION.contains(entry.getKey())) {
        reader.makeControl(entry.getValue());
        reader.endOfGeneration().add(entry.getValue());
      }
      if (ALWAYS_RENDERED.contains(entry.getKey())) {
        reader.retype(entry.getValue(), TokenType.USER_DEFINED);
      }
    }
    for (SpecialRole role : ENDING_ROLES) {
      Integer id = reader.roles().get(role);
      if (id != null) {
        reader.endOfGeneration().add(id);
      }
    }
    exceptHarmonyEnd(reader, ids);
    exceptUnusedEos(reader, ids);
  }

  private static Set<String> spellings() {
    var spellings = new HashSet<>(END_OF_GENERATION);
    spellings.addAll(ALWAYS_RENDERED);
    for (SpecialRole role : SpecialRole.values()) {
      spellings.addAll(role.texts());
    }
    return spellings;
  }

  private static void recogniseRoles(VocabularyReader reader, Map<String, Integer> ids) {
    for (SpecialRole role : SpecialRole.values()) {
      for (String text : role.texts()) {
        Integer id = ids.get(text);
        if (id != null && !reader.roles().containsKey(role)) {
          reader.roles().put(role, id);
          reader.makeControl(id);
        }
      }
    }
  }

  /** Where a call or a return ends an answer, {@code <|end|>} only ends one of its channels. */
  private static void exceptHarmonyEnd(VocabularyReader reader, Map<String, Integer> ids) {
    boolean call = ids.containsKey("<|call|>") || ids.containsKey("<|calls|>");
    boolean other = ids.containsKey("<|return|>") || ids.containsKey("<|flush|>");
    Integer end = ids.get("<|end|>");
    if (call && other && end != null) {
      reader.endOfGeneration().remove(end);
      reader.retype(end, TokenType.USER_DEFINED);
    }
  }

  /** Vocabularies with {@code <|tool_response>} carry {@code </s>} as ordinary text. */
  private static void exceptUnusedEos(VocabularyReader reader, Map<String, Integer> ids) {
    Integer eos = ids.get("</s>");
    if (eos != null && ids.containsKey("<|tool_response>")) {
      reader.endOfGeneration().remove(eos);
      reader.retype(eos, TokenType.NORMAL);
    }
  }
}
