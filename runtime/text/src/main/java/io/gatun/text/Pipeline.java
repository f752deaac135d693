package io.gatun.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The steps of a Hugging Face tokenizer. Added tokens are found, first in the text as it is, then in what the
 * normalizer makes of the rest; what is between them is cut into words; the model turns each into ids; special ids
 * surround them.
 */
final class Pipeline implements Codec {
  /** In {@link Steps#surroundings}, the ids of the text. */
  static final int TEXT = -1;

  /**
   * What a tokenizer is made of.
   *
   * @param normalizer empty if texts stay as they are
   * @param cut empty if a stretch of text is one word
   * @param surroundings ids, among them {@link #TEXT}
   * @param decoding from the first decoder to the last
   * @param cleansUp whether decoding removes spaces before punctuation
   */
  record Steps(
      List<AddedToken> added,
      Optional<Normalizer> normalizer,
      Optional<WordCut> cut,
      WordModel model,
      List<Integer> surroundings,
      List<TokenDecoding> decoding,
      boolean cleansUp) {}

  private final Vocabulary vocabulary;
  private final Steps steps;
  private final AddedTokens inRawText;
  private final AddedTokens inNormalizedText;
  private final BitSet added = new BitSet();

  Pipeline(Vocabulary vocabulary, Steps steps) {
    this.vocabulary = vocabulary;
    this.steps = steps;
    List<AddedToken> raw = steps.added().stream().filter(token -> !token.normalized()).toList();
    List<AddedToken> normalized = steps.added().stream().filter(AddedToken::normalized).toList();
    this.inRawText = new AddedTokens(raw, vocabulary, content -> content);
    this.inNormalizedText =
        new AddedTokens(
            normalized,
            vocabulary,
            content -> normalized(new NormalizedText(content, new BitSet(), false, false, false)).text());
    steps.added().forEach(token -> added.set(token.id()));
  }

  private NormalizedText normalized(NormalizedText text) {
    steps.normalizer().ifPresent(normalizer -> normalizer.apply(text));
    return text;
  }

  @Override
  public void encode(String text, BitSet untrusted, Set<EncodeOption> options, IdBuffer ids) {
    boolean continues = options.contains(EncodeOption.NO_PREFIX_SPACE);
    List<Integer> pieces = options.contains(EncodeOption.ADD_SPECIAL) ? steps.surroundings() : List.of(TEXT);
    for (int piece : pieces) {
      if (piece == TEXT) {
        encodeText(text, untrusted, continues, ids);
      } else {
        ids.add(piece);
      }
    }
  }

  private void encodeText(String text, BitSet untrusted, boolean continues, IdBuffer ids) {
    int from = 0;
    for (SpecialTokens.Placement token : inRawText.find(text, untrusted)) {
      encodeRaw(text, from, token.from(), untrusted, continues, ids);
      ids.add(token.id());
      from = token.to();
    }
    encodeRaw(text, from, text.length(), untrusted, continues, ids);
  }

  private void encodeRaw(String whole, int begin, int end, BitSet untrusted, boolean continues, IdBuffer ids) {
    if (begin >= end) {
      return;
    }
    boolean first = begin == 0;
    NormalizedText normalized =
        normalized(
            new NormalizedText(
                whole.substring(begin, end),
                untrusted.get(begin, end),
                first,
                continues && first,
                end == whole.length()));
    String text = normalized.text();
    int from = 0;
    for (SpecialTokens.Placement token : inNormalizedText.find(text, normalized.untrusted())) {
      encodeWords(normalized, from, token.from(), ids);
      ids.add(token.id());
      from = token.to();
    }
    encodeWords(normalized, from, text.length(), ids);
  }

  private void encodeWords(NormalizedText normalized, int from, int to, IdBuffer ids) {
    for (String word : words(normalized, from, to)) {
      steps.model().encode(word, ids);
    }
  }

  private List<String> words(NormalizedText normalized, int from, int to) {
    if (from >= to) {
      return List.of();
    }
    boolean first = from == 0;
    String text = normalized.text().substring(from, to);
    var splits = new Splits(text, normalized.begins() && first, normalized.continues() && first);
    steps.cut().ifPresent(cut -> cut.apply(splits));
    return splits.words();
  }

  /** What the model is given of a text that is not empty and has no added tokens: normalized, and cut. */
  List<String> words(String text) {
    NormalizedText normalized = normalized(new NormalizedText(text, new BitSet(), true, false, true));
    return words(normalized, 0, normalized.text().length());
  }

  Steps steps() {
    return steps;
  }

  @Override
  public boolean cleansUp() {
    return steps.cleansUp();
  }

  @Override
  public PieceDecoder decoder(boolean fresh) {
    return new Decoder(fresh);
  }

  /** The chain of decoders, and what has come out of it. */
  private final class Decoder implements PieceDecoder {
    private final PieceSink chain;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Decoder(boolean fresh) {
      this.chain = TokenDecoding.open(steps.decoding(), new Output(out), !fresh);
    }

    @Override
    public byte[] accept(int id, boolean rendered) {
      boolean dropped = vocabulary.type(id).isSpecial() && !rendered;
      if (!dropped && vocabulary.type(id) != TokenType.UNUSED) {
        chain.add(vocabulary.text(id).getBytes(StandardCharsets.UTF_8), added.get(id));
        chain.end();
      }
      return taken();
    }

    @Override
    public byte[] finish() {
      chain.finish();
      return taken();
    }

    private byte[] taken() {
      byte[] bytes = out.toByteArray();
      out.reset();
      return bytes;
    }
  }

  /** The end of a chain of decoders. */
  private record Output(ByteArrayOutputStream out) implements PieceSink {
    @Override
    public void add(byte[] bytes, boolean added) {
      out.writeBytes(bytes);
    }

    @Override
    public void end() {}

    @Override
    public void finish() {}
  }
}
