package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer of a folder as Hugging Face's libraries write them, and what its files say besides.
 *
 * <p>Read is {@code tokenizer.json}; where that is missing {@code tokenizer.model} of SentencePiece, or {@code
 * vocab.json} and {@code merges.txt}. What {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code
 * added_tokens.json}, {@code generation_config.json}, {@code config.json}, {@code chat_template.jinja} or {@code .json} and
 * {@code additional_chat_templates} say of tokens and templates is added. BOS, EOS and all tokens that end an answer are those of the {@link
 * Tokenizer#vocabulary}. Immutable.
 *
 * @param tokenizer gives the ids that Hugging Face's own gives, but that control tokens are found only where {@link
 *     EncodeOption} says so, and that bytes which are no text are decoded as they are
 * @param metadata the same as a GGUF file names it: {@code tokenizer.ggml.*} without the steps that GGUF has no words
 *     for, and the templates, for {@link io.gatun.text.template.ChatTemplate#of(Metadata)}
 */
public record HfTokenizer(Tokenizer tokenizer, Metadata metadata) {

  /**
   * The {@code tokenizer.*} of a GGUF file with this tokenizer: all of {@link #metadata}, and the steps in the words that
   * GGUF has for them. How words are cut is found by trying which of llama.cpp's pre-tokenizers cuts the same words.
   *
   * <p>GGUF has no words for Unicode normalization, and tokens of an id that the model has no row for are left out. Where
   * ordinary texts get other ids than from {@link #tokenizer}, a warning says so.
   *
   * @param rows how many tokens the model has; places that are free have a token that is never used
   * @throws UnsupportedModelException if GGUF has no such kind of tokenizer
   */
  public Metadata ggufMetadata(int rows) {
    if (!tokenizer.hasText()) {
      return metadata;
    }
    return new GgufTokenizer(this, rows).metadata();
  }

  /**
   * That of a folder which has none: see {@link Tokenizer#hasText}. The tokens that end an answer, up to three, are those of
   * the model's own settings.
   *
   * @param tokens how many the model has
   * @throws FormatException if a file is malformed
   */
  public static HfTokenizer none(Path folder, int tokens) {
    var settings = new TokenizerSettings(folder);
    var values = new LinkedHashMap<String, Metadata.Value>();
    values.put(VocabularyReader.MODEL, new Metadata.Value("str", TokenizerKind.NO_MODEL));
    put(values, List.of(SpecialRole.BOS), settings.ids("bos", tokens));
    put(values, List.of(SpecialRole.EOS, SpecialRole.EOT, SpecialRole.EOM), settings.ids("eos", tokens));
    var metadata = new Metadata(folder.toString(), values);
    return new HfTokenizer(Tokenizer.of(metadata, tokens), metadata);
  }

  private static void put(Map<String, Metadata.Value> values, List<SpecialRole> roles, List<Integer> ids) {
    for (int i = 0; i < Math.min(roles.size(), ids.size()); i++) {
      String key = VocabularyReader.PREFIX + roles.get(i).keys().getFirst();
      values.put(key, new Metadata.Value("u32", (long) ids.get(i)));
    }
  }

  /** Whether a folder has the files of a tokenizer. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(TokenizerJson.NAME))
        || Files.exists(folder.resolve(SentencePieceFile.NAME))
        || Files.exists(folder.resolve(VocabJson.NAME));
  }

  /**
   * Reads the tokenizer of a folder.
   *
   * @throws FormatException if there is none, or a file is malformed
   * @throws UnsupportedModelException if it has a component that we do not know, which the message names
   * @throws UncheckedIOException if a file cannot be read
   */
  public static HfTokenizer read(Path folder) {
    var settings = new TokenizerSettings(folder);
    if (Files.exists(folder.resolve(TokenizerJson.NAME))) {
      return TokenizerJson.read(folder.resolve(TokenizerJson.NAME), settings);
    }
    if (Files.exists(folder.resolve(SentencePieceFile.NAME))) {
      return SentencePieceFile.read(folder.resolve(SentencePieceFile.NAME), settings);
    }
    if (Files.exists(folder.resolve(VocabJson.NAME))) {
      return VocabJson.read(folder, settings);
    }
    throw new FormatException(
        "%s: no tokenizer, expected %s, %s, or %s and %s"
            .formatted(folder, TokenizerJson.NAME, SentencePieceFile.NAME, VocabJson.NAME, VocabJson.MERGES));
  }
}
