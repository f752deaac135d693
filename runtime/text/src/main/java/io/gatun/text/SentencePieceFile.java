package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code tokenizer.model}: SentencePiece's {@code ModelProto}, whose numbers of fields and defaults these are.
 * Source: sentencepiece_model.proto.
 */
final class SentencePieceFile {
  static final String NAME = "tokenizer.model";

  private static final long LARGEST = 1L << 28;
  private static final int UNIGRAM = 1;
  private static final int BYTE_PAIR = 2;

  private final String file;
  private final TokenEntries entries = new TokenEntries();
  private final List<AddedToken> added = new ArrayList<>();
  private final List<Integer> unused = new ArrayList<>();
  private int kind = UNIGRAM;
  private boolean hasBytes;
  private int unknown;
  private int bos = 1;
  private int eos = 2;
  private int padding = -1;
  private byte[] charsmap = {};
  private boolean prefixesSpace = true;
  private boolean mergesSpaces = true;

  private SentencePieceFile(String file, ProtobufReader message) {
    this.file = file;
    while (message.next()) {
      switch (message.field()) {
        case 1 -> readPiece(message.message());
        case 2 -> readTrainer(message.message());
        case 3 -> readNormalizer(message.message());
        default -> {}
      }
    }
    if (entries.count() == 0) {
      throw new FormatException("%s: no pieces, expected at least 1".formatted(file));
    }
  }

  static HfTokenizer read(Path path, TokenizerSettings settings) {
    String file = path.toString();
    try {
      if (Files.size(path) > LARGEST) {
        throw new FormatException("%s: %d bytes, expected at most %d".formatted(file, Files.size(path), LARGEST));
      }
      var read = new SentencePieceFile(file, new ProtobufReader(file, Files.readAllBytes(path)));
      return read.tokenizer(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readPiece(ProtobufReader message) {
    String piece = "";
    float score = 0;
    long type = TokenType.NORMAL.number();
    while (message.next()) {
      switch (message.field()) {
        case 1 -> piece = message.string();
        case 2 -> score = message.number();
        case 3 -> type = message.integer();
        default -> {}
      }
    }
    int id = entries.count();
    if (id >= TokenEntries.MAX_TOKENS) {
      throw new FormatException("%s: more than %d pieces, expected fewer".formatted(file, TokenEntries.MAX_TOKENS));
    }
    entries.addScored(piece, score);
    switch (TokenType.ofNumber(type)) {
      case UNKNOWN, CONTROL -> added.add(AddedToken.special(id, piece));
      case USER_DEFINED -> added.add(new AddedToken(id, piece, false, false, false, false, false));
      case UNUSED -> unused.add(id);
      case NORMAL, BYTE -> {}
      case UNDEFINED -> throw new FormatException("%s: piece %d is of type %d, expected 1 to 6".formatted(file, id,
          type));
    }
  }

  private void readTrainer(ProtobufReader message) {
    while (message.next()) {
      switch (message.field()) {
        case 3 -> kind = (int) message.integer();
        case 24 -> {
          if (message.bool()) {
            throw unsupported("spaces behind words (treat_whitespace_as_suffix)");
          }
        }
        case 35 -> hasBytes = message.bool();
        case 40 -> unknown = (int) message.integer();
        case 41 -> bos = (int) message.integer();
        case 42 -> eos = (int) message.integer();
        case 43 -> padding = (int) message.integer();
        default -> {}
      }
    }
    if (kind != UNIGRAM && kind != BYTE_PAIR) {
      throw unsupported("model type " + kind);
    }
  }

  private void readNormalizer(ProtobufReader message) {
    while (message.next()) {
      switch (message.field()) {
        case 2 -> charsmap = message.bytes();
        case 3 -> prefixesSpace = message.bool();
        case 4 -> mergesSpaces = message.bool();
        case 5 -> {
          if (!message.bool()) {
            throw unsupported("spaces as they are (escape_whitespaces)");
          }
        }
        default -> {}
      }
    }
  }

  private UnsupportedModelException unsupported(String what) {
    return new UnsupportedModelException("%s: %s is not supported".formatted(file, what));
  }

  private HfTokenizer tokenizer(TokenizerSettings settings) {
    var vocabulary = new HfVocabulary(file, entries, added, hasBytes, settings);
    vocabulary
        .play(SpecialRole.UNKNOWN, unknown)
        .play(SpecialRole.BOS, bos)
        .play(SpecialRole.EOS, eos)
        .play(SpecialRole.PADDING, padding);
    unused.forEach(vocabulary::unused);
    double[] scores = entries.scores(vocabulary.size());
    vocabulary.withScores(scores).with("add_space_prefix", "bool", prefixesSpace);
    vocabulary.with("remove_extra_whitespaces", "bool", mergesSpaces);
    Optional<NormalizationMap> map =
        charsmap.length == 0 ? Optional.empty() : Optional.of(NormalizationMap.of(charsmap, file));
    return vocabulary.tokenizer(
        vocabulary.surrounded(surroundings(vocabulary)),
        known ->
            new Pipeline.Steps(
                vocabulary.added(),
                Optional.of(new SentencePieceNormalizer(map, prefixesSpace, mergesSpaces)),
                Optional.empty(),
                kind == UNIGRAM ? unigram(known, scores) : new SegmenterModel(new SentencePiece(known, file)),
                vocabulary.surrounded(surroundings(vocabulary)),
                decoding(),
                vocabulary.cleansUp()));
  }

  /** The file does not say it: models with merges begin texts with BOS, others end them with EOS. */
  private List<Integer> surroundings(HfVocabulary vocabulary) {
    SpecialRole role = kind == BYTE_PAIR ? SpecialRole.BOS : SpecialRole.EOS;
    Integer id = vocabulary.roles().get(role);
    if (id == null) {
      return List.of(Pipeline.TEXT);
    }
    return kind == BYTE_PAIR ? List.of(id, Pipeline.TEXT) : List.of(Pipeline.TEXT, id);
  }

  private WordModel unigram(Vocabulary known, double[] scores) {
    int token = known.special(SpecialRole.UNKNOWN).orElse(ByteTokens.NONE);
    return new UnigramModel(known, scores, token, hasBytes, file, id -> known.type(id) == TokenType.NORMAL);
  }

  private List<TokenDecoding> decoding() {
    var space = new TokenDecoding.EachToken((token, first) -> token.replace(Segmenter.SPACE, ' '));
    var strip = new TokenDecoding.Strip(' ', prefixesSpace ? 1 : 0, 0);
    return List.of(space, new TokenDecoding.ByteFallback(), new TokenDecoding.Fuse(), strip);
  }
}
