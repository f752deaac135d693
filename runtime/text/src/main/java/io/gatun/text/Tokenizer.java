package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.TextRun.Origin;
import java.io.ByteArrayOutputStream;
import java.util.BitSet;
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
  private final Segmenter segmenter;
  private final SpecialTokens specials;
  private final boolean stripsPrefixSpace;
  private final boolean cleansUp;

  private Tokenizer(Metadata metadata, TokenizerKind kind) {
    var reader = new VocabularyReader(metadata, kind);
    this.vocabulary = reader.read();
    this.segmenter =
        switch (kind) {
          case SENTENCE_PIECE -> new SentencePiece(vocabulary, metadata);
          case BYTE_PAIR -> new BytePair(vocabulary, reader.preTokenizer(), metadata);
          case WORD_PIECE -> new WordPiece(vocabulary, metadata);
          case UNIGRAM -> new Unigram(vocabulary, metadata);
          case GREEDY_TRIE -> new GreedyTrie(vocabulary, metadata);
          case PLAMO_2 -> new Plamo2(vocabulary, metadata);
        };
    this.specials = new SpecialTokens(vocabulary, metadata);
    this.stripsPrefixSpace = metadata.optionalBool(ADD_SPACE_PREFIX).orElse(segmenter.prefixesSpace());
    this.cleansUp = segmenter.cleansUp();
  }

  /**
   * The tokenizer that {@code tokenizer.ggml.*} describes.
   *
   * @throws FormatException if the metadata is missing, malformed or contradicts itself
   * @throws UnsupportedModelException if the kind of tokenizer is not known; an unknown pre-tokenizer is a warning
   */
  public static Tokenizer of(Metadata metadata) {
    return new Tokenizer(metadata, TokenizerKind.of(metadata));
  }

  public Vocabulary vocabulary() {
    return vocabulary;
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

  private int[] encode(String raw, BitSet untrusted, Set<EncodeOption> options) {
    String text = Surrogates.paired(raw);
    var ids = new IdBuffer();
    if (options.contains(EncodeOption.ADD_SPECIAL) && vocabulary.addsBos()) {
      vocabulary.bos().ifPresent(ids::add);
    }
    int from = 0;
    boolean spaced = segmenter.prefixesSpace() && !options.contains(EncodeOption.NO_PREFIX_SPACE);
    for (SpecialTokens.Placement special : specials.find(text, untrusted)) {
      encodeOrdinary(text.substring(from, special.from()), spaced, ids);
      ids.add(special.id());
      from = special.to();
      spaced = segmenter.prefixesSpace();
    }
    encodeOrdinary(text.substring(from), spaced, ids);
    if (options.contains(EncodeOption.ADD_SPECIAL) && vocabulary.addsEos()) {
      vocabulary.eos().ifPresent(ids::add);
    }
    if (options.contains(EncodeOption.ADD_SPECIAL) && vocabulary.addsSeparator()) {
      vocabulary.special(SpecialRole.SEPARATOR).ifPresent(ids::add);
    }
    return ids.toArray();
  }

  /** Where such a stretch begins a text or follows a special token, the segmenter may want a space in front. */
  private void encodeOrdinary(String text, boolean spaced, IdBuffer ids) {
    if (!text.isEmpty()) {
      segmenter.encode(spaced ? " " + text : text, ids);
    }
  }

  /**
   * The text of ids, as bytes: a sequence may end within a character. Where the tokenizer puts a space in front of a text,
   * one is taken from the first token again; spaces before punctuation are removed where the vocabulary says so.
   *
   * @throws IndexOutOfBoundsException if an id is not in the vocabulary
   */
  public byte[] decode(int[] ids, Set<DecodeOption> options) {
    var bytes = new ByteArrayOutputStream(ids.length * 4);
    boolean strip = stripsPrefixSpace && !options.contains(DecodeOption.KEEP_PREFIX_SPACE);
    for (int id : ids) {
      byte[] piece = options.contains(DecodeOption.RENDER_SPECIAL) ? rendered(id) : piece(id);
      int from = strip && piece.length > 0 && piece[0] == ' ' ? 1 : 0;
      bytes.write(piece, from, piece.length - from);
      strip = false;
    }
    boolean clean = cleansUp && !options.contains(DecodeOption.NO_CLEAN_UP);
    return clean ? SpaceCleanUp.of(bytes.toByteArray()) : bytes.toByteArray();
  }

  /** The bytes that a token adds to a text; none for a control token. */
  public byte[] piece(int id) {
    return vocabulary.type(id).isSpecial() ? new byte[0] : rendered(id);
  }

  /** Whether a text that begins with a token of its own loses that token's leading space. */
  boolean stripsPrefixSpace() {
    return stripsPrefixSpace;
  }

  /** As {@link #piece}, with control tokens as they are spelled. */
  byte[] rendered(int id) {
    return vocabulary.isMalformed(id)
        ? vocabulary.bytes(id)
        : segmenter.render(vocabulary.type(id), vocabulary.text(id));
  }
}
