package io.gatun.text;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.tensors.Utf8Strings;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Describes a Hugging Face tokenizer in the words of GGUF. What its steps do is seen from what becomes of texts, so that it
 * does not matter by which of several means files say it. Used once, by one thread.
 *
 * <p>Source of keys and spellings: llama.cpp's loader of vocabularies.
 */
final class GgufTokenizer {
  private static final System.Logger LOG = System.getLogger("io.gatun.text");

  /** Of a token that text must not become although it has a score. */
  private static final float LOWEST_SCORE = -1e6f;
  private static final String SPACE = Character.toString(Segmenter.SPACE);

  /** How the tokens of one kind are spelled. */
  private interface Spelling {
    String of(int id);
  }

  private final Metadata source;
  private final Tokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final Pipeline pipeline;
  private final int rows;
  private final long[] types;
  private final SequencedMap<String, Metadata.Value> values = new LinkedHashMap<>();
  private Spelling spelling;
  private String doubt = "";

  GgufTokenizer(HfTokenizer described, int rows) {
    this.source = described.metadata();
    this.tokenizer = described.tokenizer();
    this.vocabulary = tokenizer.vocabulary();
    this.pipeline = (Pipeline) tokenizer.codec();
    this.rows = rows;
    this.spelling = vocabulary::text;
    this.types = Arrays.copyOf(source.optionalIntegers(VocabularyReader.TYPES).orElseThrow(), rows);
    if (vocabulary.size() < rows) {
      Arrays.fill(types, vocabulary.size(), rows, TokenType.UNUSED.number());
    } else if (vocabulary.size() > rows) {
      LOG.log(Level.WARNING, "{0}: has {1} tokens, but the model {2}: tokens from {2} on are left out",
          source.origin(), Integer.toString(vocabulary.size()), Integer.toString(rows));
    }
  }

  Metadata metadata() {
    roles();
    switch (pipeline.steps().model()) {
      case MergeModel merging when spelled(" ").equals(ByteAlphabet.spell(" ")) -> byteLevel(merging);
      case MergeModel merging when isSentencePiece(merging) -> {
        sentencePiece(scores(merging));
        unknown(merging.unknown());
      }
      case SegmenterModel _ -> {
        sentencePiece(scores());
        vocabulary.special(SpecialRole.UNKNOWN).ifPresent(this::unknown);
      }
      case UnigramModel model -> {
        unigram();
        unknown(model.unknown());
      }
      case WordPieceModel pieces -> wordPiece(pieces);
      case MergeModel _, WordLevelModel _ -> throw new UnsupportedModelException(
          "%s: GGUF has no kind of tokenizer for this one, which is neither of bytes nor SentencePiece, Unigram or WordPiece"
              .formatted(source.origin()));
    }
    tokens();
    endings();
    source.asMap().forEach(
        (key, value) -> {
          if (key.startsWith("tokenizer.chat_template")) {
            values.put(key, value);
          }
        });
    var metadata = new Metadata(source.origin(), values);
    compare(Tokenizer.of(metadata));
    return metadata;
  }

  /** What normalizing and cutting make of a text. */
  private String spelled(String text) {
    return String.join("", pipeline.words(text));
  }

  private boolean isSentencePiece(MergeModel merging) {
    MergeModel.Options options = merging.options();
    return options.bytesFirst() && options.prefix().isEmpty() && options.suffix().isEmpty() && spelled("a a").contains(SPACE);
  }

  private void byteLevel(MergeModel merging) {
    var nearest = NearestPreTokenizer.of(pipeline, merging.options().wholeWords(), pipeline.cleansUp());
    if (nearest.differing() > 0) {
      doubt = "GGUF has no name for how it cuts words, of which '%s' is the nearest, so ".formatted(nearest.name());
    }
    model("gpt2", nearest.name());
    Utf8Strings merges = source.optionalUtf8Strings(VocabularyReader.MERGES)
        .orElseThrow(() -> new UnsupportedModelException(
            "%s: GGUF cannot have merges of symbols with spaces".formatted(source.origin())));
    put("merges", "arr[str]", merges);
  }

  private void sentencePiece(float[] scores) {
    model("llama", "default");
    put("scores", "arr[f32]", scores);
    put("add_space_prefix", "bool", spelled("a").startsWith(SPACE));
    spelling = id -> isUserDefined(id) ? vocabulary.text(id).replace(Segmenter.SPACE, ' ') : vocabulary.text(id);
  }

  private boolean isUserDefined(int id) {
    return types[id] == TokenType.USER_DEFINED.number();
  }

  private void unigram() {
    model("t5", "default");
    put("scores", "arr[f32]", scores());
    put("add_space_prefix", "bool", spelled("a").startsWith(SPACE));
    put("remove_extra_whitespaces", "bool", !spelled("a  a").contains(SPACE.repeat(2)));
    pipeline.steps().normalizer().flatMap(GgufTokenizer::map).ifPresent(
        map -> put("precompiled_charsmap", "arr[u8]", unsigned(map.bytes())));
  }

  private static Optional<NormalizationMap> map(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Precompiled precompiled -> Optional.of(precompiled.map());
      case SentencePieceNormalizer own -> own.map();
      case Normalizer.InTurn several -> several.normalizers().stream().map(GgufTokenizer::map).flatMap(Optional::stream).findFirst();
      default -> Optional.empty();
    };
  }

  private static long[] unsigned(byte[] bytes) {
    var numbers = new long[bytes.length];
    Arrays.setAll(numbers, i -> Byte.toUnsignedInt(bytes[i]));
    return numbers;
  }

  /** A token that begins a word has the mark of a space in front, one within a word or in brackets nothing. */
  private void wordPiece(WordPieceModel pieces) {
    model("bert", "default");
    unknown(pieces.unknown());
    put("normalizer.lowercase", "bool", spelled("A").equals("a"));
    put("normalizer.strip_accents", "bool", spelled("é").equals("e"));
    spelling =
        id -> {
          String text = vocabulary.text(id);
          boolean bracketed = text.startsWith("[") && text.endsWith("]");
          boolean whole = bracketed || types[id] != TokenType.NORMAL.number();
          return whole ? text : text.startsWith(pieces.prefix()) ? text.substring(pieces.prefix().length()) : SPACE + text;
        };
  }

  /** The token of what the vocabulary cannot express, if there is one. */
  private void unknown(int id) {
    if (id >= 0 && id < rows) {
      types[id] = TokenType.UNKNOWN.number();
      put(SpecialRole.UNKNOWN.keys().getFirst(), "u32", (long) id);
    }
  }

  private float[] scores() {
    float[] known = source.optionalFloats(VocabularyReader.SCORES).orElseThrow();
    return scores(id -> known[id]);
  }

  /** SentencePiece merges what has the highest score, so that the rank of a merge is the score of what it makes. */
  private float[] scores(MergeModel merging) {
    int[] ranks = merging.ranks((int) -LOWEST_SCORE);
    return scores(id -> -ranks[id]);
  }

  /** The score of a token that has one. */
  private interface Score {
    float of(int id);
  }

  private float[] scores(Score score) {
    var scores = new float[rows];
    for (int id = 0; id < rows; id++) {
      scores[id] = types[id] == TokenType.UNUSED.number() ? LOWEST_SCORE : score.of(id);
    }
    return scores;
  }

  private void model(String model, String pre) {
    put("model", "str", model);
    put("pre", "str", pre);
  }

  private void put(String key, String type, Object content) {
    values.put(VocabularyReader.PREFIX + key, new Metadata.Value(type, content));
  }

  private void tokens() {
    put(
        "tokens",
        "arr[str]",
        Utf8Strings.of(
            rows, id -> (id < vocabulary.size() ? spelling.of(id) : HfVocabulary.free(id)).getBytes(StandardCharsets.UTF_8)));
    put("token_type", "arr[i32]", types);
  }

  /** The parts that tokens play, and which of them surround texts. */
  private void roles() {
    for (SpecialRole role : SpecialRole.values()) {
      for (String key : role.keys()) {
        source.optionalInteger(VocabularyReader.PREFIX + key).ifPresent(
            id -> {
              if (id < rows) {
                put(key, "u32", id);
              }
            });
      }
    }
    for (String key : List.of("add_bos_token", "add_eos_token")) {
      put(key, "bool", source.optionalBool(VocabularyReader.PREFIX + key).orElse(false));
    }
  }

  /** Tokens that end an answer and are not known to do so by their spelling get the parts that do. */
  private void endings() {
    Set<Integer> known = Vocabulary.of(new Metadata(source.origin(), values)).endOfGeneration();
    var missing = new TreeSet<>(vocabulary.endOfGeneration());
    missing.removeIf(id -> id >= rows || known.contains(id));
    List<String> free =
        Stream.of(SpecialRole.EOT, SpecialRole.EOM)
            .map(role -> role.keys().getFirst())
            .filter(key -> !values.containsKey(VocabularyReader.PREFIX + key))
            .toList();
    for (String key : free) {
      Integer id = missing.pollFirst();
      if (id != null) {
        put(key, "u32", (long) id);
      }
    }
    if (!missing.isEmpty()) {
      LOG.log(Level.WARNING, "{0}: GGUF cannot say that tokens {1} end an answer too", source.origin(), missing.toString());
    }
  }

  private void compare(Tokenizer converted) {
    List<String> texts = ProbeTexts.usual();
    List<String> differing =
        texts.stream()
            .filter(text -> !Arrays.equals(tokenizer.encode(text, Set.of()), converted.encode(text, Set.of())))
            .toList();
    if (!differing.isEmpty()) {
      LOG.log(Level.WARNING, "{0}: {1}in a GGUF file it gives other ids to {2} of {3} texts that were tried",
          source.origin(), doubt, Integer.toString(differing.size()), Integer.toString(texts.size()));
    }
  }
}
