package io.gatun.text;

import io.gatun.tensors.Metadata;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;

/** Special tokens are found first, and a {@link Segmenter} is given the text between them: a GGUF file's tokenizer. */
final class SegmentingCodec implements Codec {
  private static final byte[] NOTHING = {};

  private final Vocabulary vocabulary;
  private final Segmenter segmenter;
  private final SpecialTokens specials;
  private final boolean stripsPrefixSpace;

  SegmentingCodec(Vocabulary vocabulary, Segmenter segmenter, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.segmenter = segmenter;
    this.specials = new SpecialTokens(vocabulary, metadata);
    this.stripsPrefixSpace = metadata.optionalBool(Tokenizer.ADD_SPACE_PREFIX).orElse(segmenter.prefixesSpace());
  }

  @Override
  public void encode(String text, BitSet untrusted, Set<EncodeOption> options, IdBuffer ids) {
    boolean addsSpecial = options.contains(EncodeOption.ADD_SPECIAL);
    if (addsSpecial && vocabulary.addsBos()) {
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
    if (addsSpecial && vocabulary.addsEos()) {
      vocabulary.eos().ifPresent(ids::add);
    }
    if (addsSpecial && vocabulary.addsSeparator()) {
      vocabulary.special(SpecialRole.SEPARATOR).ifPresent(ids::add);
    }
  }

  /** Where such a stretch begins a text or follows a special token, the segmenter may want a space in front. */
  private void encodeOrdinary(String text, boolean spaced, IdBuffer ids) {
    if (!text.isEmpty()) {
      segmenter.encode(spaced ? " " + text : text, ids);
    }
  }

  @Override
  public boolean cleansUp() {
    return segmenter.cleansUp();
  }

  @Override
  public PieceDecoder decoder(boolean fresh) {
    return new Decoder(fresh && stripsPrefixSpace);
  }

  private byte[] piece(int id, boolean rendered) {
    if (!rendered && vocabulary.type(id).isSpecial()) {
      return NOTHING;
    }
    return vocabulary.isMalformed(id)
        ? vocabulary.bytes(id)
        : segmenter.render(vocabulary.type(id), vocabulary.text(id));
  }

  /** Pieces do not depend on each other, but that a text which begins with a token loses that token's leading space. */
  private final class Decoder implements PieceDecoder {
    private boolean strips;

    Decoder(boolean strips) {
      this.strips = strips;
    }

    @Override
    public byte[] accept(int id, boolean rendered) {
      byte[] piece = piece(id, rendered);
      boolean stripped = strips && piece.length > 0 && piece[0] == ' ';
      strips = false;
      return stripped ? Arrays.copyOfRange(piece, 1, piece.length) : piece;
    }

    @Override
    public byte[] finish() {
      return NOTHING;
    }
  }
}
