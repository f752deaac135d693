package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.tensors.Utf8Strings;
import io.gatun.text.TextRun.Origin;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/**
 * Turns text into the ids of a vocabulary and back.
 *
 * <p>Text is any string: a surrogate without its partner counts as U+FFFD. Immutable and thread-safe; whoever opened the
 * model may close it, nothing of it is kept but the vocabulary. The merge tables are built on the first use.
 */
public final class Tokenizer {
  static final String ADD_SPACE_PREFIX = VocabularyReader.PREFIX + "add_space_prefix";

  private final Vocabulary vocabulary;
  private final Codec codec;

  Tokenizer(Vocabulary vocabulary, Codec codec) {
    this.vocabulary = vocabulary;
    this.codec = codec;
  }

  /**
   * The tokenizer that {@code tokenizer.ggml.*} describes.
   *
   * @throws FormatException if the metadata is missing, malformed or contradicts itself
   * @throws UnsupportedModelException if the kind of tokenizer is not known; an unknown pre-tokenizer is a warning
   */
  public static Tokenizer of(Metadata metadata) {
    TokenizerKind kind = TokenizerKind.of(metadata);
    if (kind == TokenizerKind.NONE) {
      throw new NoCodec(metadata.origin(), 0).failure();
    }
    var reader = new VocabularyReader(metadata, kind);
    Vocabulary vocabulary = reader.read();
    Segmenter segmenter =
        switch (kind) {
          case SENTENCE_PIECE -> new SentencePiece(vocabulary, metadata);
          case BYTE_PAIR -> new BytePair(vocabulary, reader.preTokenizer(), metadata);
          case WORD_PIECE -> new WordPiece(vocabulary, metadata);
          case UNIGRAM -> new Unigram(vocabulary, metadata);
          case GREEDY_TRIE -> new GreedyTrie(vocabulary, metadata);
          case PLAMO_2 -> new Plamo2(vocabulary, metadata);
          case PIPELINE, NONE -> throw new IllegalStateException("metadata names no pipeline");
        };
    return new Tokenizer(vocabulary, new SegmentingCodec(vocabulary, segmenter, metadata));
  }

  /**
   * As {@link #of(Metadata)}; where the metadata says that there is no tokenizer, or has neither its kind nor tokens, one
   * that only counts: see {@link #hasText}.
   *
   * @param tokens how many the model has
   */
  public static Tokenizer of(Metadata metadata, int tokens) {
    boolean isNone =
        metadata.contains(VocabularyReader.MODEL)
            ? TokenizerKind.of(metadata) == TokenizerKind.NONE
            : !metadata.contains(VocabularyReader.TOKENS);
    return isNone ? counting(metadata, tokens) : of(metadata);
  }

  private static Tokenizer counting(Metadata metadata, int tokens) {
    var values = new LinkedHashMap<>(metadata.asMap());
    values.keySet().removeIf(key -> !key.endsWith("_token_id"));
    values.put(
        VocabularyReader.TOKENS,
        new Metadata.Value(
            "arr[str]", Utf8Strings.of(tokens, id -> ("[" + id + "]").getBytes(StandardCharsets.US_ASCII))));
    var types = new long[tokens];
    Arrays.fill(types, TokenType.CONTROL.number());
    values.put(VocabularyReader.TYPES, new Metadata.Value("arr[i32]", types));
    var described = new Metadata(metadata.origin(), values);
    Vocabulary vocabulary = new VocabularyReader(described, TokenizerKind.NONE).read();
    return new Tokenizer(vocabulary, new NoCodec(metadata.origin(), tokens));
  }

  /**
   * Whether tokens stand for text. If not, they are all control tokens, spelled by their numbers, which decode to nothing,
   * and encoding is an {@link UnsupportedModelException}.
   */
  public boolean hasText() {
    return !(codec instanceof NoCodec);
  }

  /** @throws UnsupportedModelException if there is no text, see {@link #hasText} */
  public void requireText() {
    if (codec instanceof NoCodec none) {
      throw none.failure();
    }
  }

  public Vocabulary vocabulary() {
    return vocabulary;
  }

  Codec codec() {
    return codec;
  }

  /**
   * The ids of a text.
   *
   * @return empty for the empty text, but for tokens that {@link EncodeOption#ADD_SPECIAL} adds
   */
  public int[] encode(String text, Set<EncodeOption> options) {
    var untrusted = new BitSet();
    if (!options.contains(EncodeOption.PARSE_SPECIAL)) {
      untrusted.set(0, text.length());
    }
    return encode(text, untrusted, options);
  }

  /**
   * The ids of a prompt of several authors, as if it were one text: only control tokens spelled wholly by the template are
   * recognised.
   *
   * @throws IllegalArgumentException if the options say to parse special tokens: the runs say where
   */
  public int[] encode(List<TextRun> runs, Set<EncodeOption> options) {
    if (options.contains(EncodeOption.PARSE_SPECIAL)) {
      throw new IllegalArgumentException("PARSE_SPECIAL with runs of text: mark a run as the template's instead");
    }
    var text = new StringBuilder();
    var untrusted = new BitSet();
    for (TextRun run : runs) {
      int from = text.length();
      text.append(run.text());
      if (run.origin() == Origin.USER) {
        untrusted.set(from, text.length());
      }
    }
    return encode(text.toString(), untrusted, options);
  }

  private int[] encode(String text, BitSet untrusted, Set<EncodeOption> options) {
    var ids = new IdBuffer();
    codec.encode(Surrogates.paired(text), untrusted, options, ids);
    return ids.toArray();
  }

  /**
   * The text of ids, as bytes: a sequence may end within a character. Where the tokenizer puts a space in front of a text,
   * one is taken from the first token again; spaces before punctuation are removed where the vocabulary says so.
   *
   * @throws IndexOutOfBoundsException if an id is not in the vocabulary
   */
  public byte[] decode(int[] ids, Set<DecodeOption> options) {
    var bytes = new ByteArrayOutputStream(ids.length * 4);
    PieceDecoder decoder = decoder(!options.contains(DecodeOption.KEEP_PREFIX_SPACE));
    for (int id : ids) {
      bytes.writeBytes(decoder.accept(id, options.contains(DecodeOption.RENDER_SPECIAL)));
    }
    bytes.writeBytes(decoder.finish());
    boolean clean = codec.cleansUp() && !options.contains(DecodeOption.NO_CLEAN_UP);
    return clean ? SpaceCleanUp.of(bytes.toByteArray()) : bytes.toByteArray();
  }

  /** The bytes that a token within a text adds to it; none for a control token. */
  public byte[] piece(int id) {
    var bytes = new ByteArrayOutputStream();
    PieceDecoder decoder = decoder(false);
    bytes.writeBytes(decoder.accept(id, false));
    bytes.writeBytes(decoder.finish());
    return bytes.toByteArray();
  }

  /** A decoder for ids that are a text of their own or, if not {@code fresh}, continue one. */
  PieceDecoder decoder(boolean fresh) {
    return codec.decoder(fresh);
  }
}
