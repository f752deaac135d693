package io.gatun.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code tokenizer.json} of Hugging Face's tokenizers. */
final class TokenizerJson {
  static final String NAME = "tokenizer.json";
  private static final int LONGEST_WORD = 1 << 24;

  private final JsonObject top;
  private final JsonObject model;
  private final TokenEntries entries;
  private final Optional<MergeEntries> merges;
  private final TokenizerSettings settings;

  private TokenizerJson(JsonObject top, TokenizerSettings settings) {
    this.top = top;
    this.settings = settings;
    this.model = top.object("model");
    this.entries =
        model
            .optional("vocab", TokenEntries.class, "a vocabulary")
            .orElseThrow(() -> model.malformed("vocab", "missing", "a vocabulary"));
    this.merges = model.optional("merges", MergeEntries.class, "an array of merges");
  }

  static HfTokenizer read(Path file, TokenizerSettings settings) {
    JsonObject top =
        JsonReader.read(
            file,
            Map.of(
                "model.vocab", (parser, reader) -> TokenEntries.read(parser, reader, "model.vocab"),
                "model.merges", (parser, reader) -> MergeEntries.read(parser, reader, "model.merges")));
    return new TokenizerJson(top, settings).tokenizer();
  }

  private HfTokenizer tokenizer() {
    String type = model.optionalString("type").orElseGet(this::impliedType);
    var vocabulary = new HfVocabulary(top.file(), entries, added(), model.bool("byte_fallback", false), settings);
    Optional<Normalizer> normalizer = top.optionalObject("normalizer").map(NormalizerReader::read);
    Optional<WordCut> cut = top.optionalObject("pre_tokenizer").map(WordCutReader::read);
    List<TokenDecoding> decoding =
        top.optionalObject("decoder").map(TokenDecodingReader::read).orElse(List.of(new TokenDecoding.Spaced()));
    List<Integer> surroundings =
        vocabulary.surrounded(new SurroundingsReader(vocabulary.size()).read(top.optionalObject("post_processor")));
    describe(vocabulary);
    return vocabulary.tokenizer(
        surroundings,
        known ->
            new Pipeline.Steps(
                vocabulary.added(), normalizer, cut, model(type, known), surroundings, decoding,
                    vocabulary.cleansUp()));
  }

  /** What GGUF has words for. */
  private void describe(HfVocabulary vocabulary) {
    if (entries.hasScores()) {
      vocabulary.withScores(entries.scores(vocabulary.size()));
    }
    merges.filter(found -> found.separator() == ' ').ifPresent(found -> vocabulary.with("merges", "arr[str]",
        found.spellings()));
  }

  /** Old files do not say it. */
  private String impliedType() {
    return model.has("merges")
        ? "BPE"
        : entries.hasScores() ? "Unigram" : model.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
  }

  private List<AddedToken> added() {
    var added = new ArrayList<AddedToken>();
    for (JsonObject source : top.objects("added_tokens")) {
      added.add(TokenizerSettings.token(source, source.integer("id", 0, TokenEntries.MAX_TOKENS - 1)));
    }
    return added;
  }

  private WordModel model(String type, Vocabulary vocabulary) {
    return switch (type) {
      case "BPE" -> merging(vocabulary);
      case "Unigram" -> {
        int unknown = model.integer("unk_id", 0, Math.max(0, entries.size() - 1), -1);
        yield new UnigramModel(
            vocabulary,
            entries.scores(vocabulary.size()),
            unknown,
            model.bool("byte_fallback", false),
            top.file(),
            id -> id < entries.size());
      }
      case "WordPiece" -> {
        int unknown = vocabulary.find(model.string("unk_token", "[UNK]"));
        if (unknown < 0) {
          throw model.malformed("unk_token", "no token of the vocabulary", "one");
        }
        yield new WordPieceModel(
            vocabulary,
            unknown,
            model.string("continuing_subword_prefix", "##"),
            model.integer("max_input_chars_per_word", 0, LONGEST_WORD, 100));
      }
      case "WordLevel" -> new WordLevelModel(vocabulary, model.string("unk_token", "<unk>"));
      default -> throw model.unsupported("type", "model '" + type + "'");
    };
  }

  private WordModel merging(Vocabulary vocabulary) {
    MergeEntries found = merges.orElseThrow(() -> model.malformed("merges", "missing", "an array of merges"));
    var options =
        new MergeModel.Options(
            model.optionalString("unk_token"),
            model.bool("fuse_unk", false),
            model.bool("byte_fallback", false),
            model.string("continuing_subword_prefix", ""),
            model.string("end_of_word_suffix", ""),
            model.bool("ignore_merges", false));
    return new MergeModel(vocabulary, found.spellings(), found.separator(), options);
  }
}
