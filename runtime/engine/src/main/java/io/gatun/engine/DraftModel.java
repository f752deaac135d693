package io.gatun.engine;

import io.gatun.model.Linear;
import io.gatun.model.Model;
import io.gatun.model.ModelSpec;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.Vocabulary;

/**
 * A model that guesses what another one will choose.
 *
 * @param model its owner's
 * @param contextLength the longest text that it can follow
 * @param vocabularySize what ids must be below for both to know them
 */
record DraftModel(Model model, int contextLength, int vocabularySize) {
  /** Vocabularies may differ in so many tokens at their ends: models of a family are padded to different sizes. */
  private static final int MOST_MORE = 128;

  /** As llama.cpp does, the first tokens are not compared: control tokens, whose spelling varies within a family. */
  private static final int FIRST_COMPARED = 5;

  /**
   * Checks that it can guess for {@code target}.
   *
   * @throws UnsupportedModelException if it makes no text, or has another vocabulary
   */
  static DraftModel of(Model draft, Model target) {
    ModelSpec spec = draft.spec();
    if (spec.head().output().isEmpty()) {
      throw new UnsupportedModelException(
          "%s: architecture '%s' makes embeddings, not text: it cannot be a draft model"
              .formatted(origin(draft), spec.architecture()));
    }
    requireSameTokens(draft, target);
    long positions = spec.embedding().positions().map(Linear::out).orElse(Long.MAX_VALUE);
    return new DraftModel(
        draft,
        (int) Math.min(spec.contextLength(), positions),
        Math.min(draft.vocabularySize(), target.vocabularySize()));
  }

  private static void requireSameTokens(Model draft, Model target) {
    Vocabulary guessed = draft.tokenizer().vocabulary();
    Vocabulary chosen = target.tokenizer().vocabulary();
    if (Math.abs(guessed.size() - chosen.size()) > MOST_MORE) {
      throw different(draft, target, "%d tokens, expected %d".formatted(guessed.size(), chosen.size()));
    }
    for (int id = FIRST_COMPARED; id < Math.min(guessed.size(), chosen.size()); id++) {
      if (!guessed.text(id).equals(chosen.text(id))) {
        throw different(
            draft, target, "token %d is '%s', expected '%s'".formatted(id, guessed.text(id), chosen.text(id)));
      }
    }
    if (guessed.addsBos() != chosen.addsBos() || !guessed.bos().equals(chosen.bos())) {
      throw different(draft, target, "it begins texts in another way");
    }
  }

  private static UnsupportedModelException different(Model draft, Model target, String how) {
    return new UnsupportedModelException(
        "%s: cannot be the draft model of %s, whose vocabulary is another one: %s"
            .formatted(origin(draft), origin(target), how));
  }

  String fileName() {
    return String.valueOf(model.checkpoint().path().getFileName());
  }

  /** The file, for messages. */
  String origin() {
    return origin(model);
  }

  private static String origin(Model model) {
    return model.checkpoint().metadata().origin();
  }
}
