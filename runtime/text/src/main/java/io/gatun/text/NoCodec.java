package io.gatun.text;

import io.gatun.tensors.UnsupportedModelException;
import java.util.BitSet;
import java.util.Objects;
import java.util.Set;

/**
 * Of a model without a tokenizer: no text has ids, and ids have no text.
 *
 * @param origin what messages name
 * @param tokens how many ids there are
 */
record NoCodec(String origin, int tokens) implements Codec {
  private static final byte[] NOTHING = {};

  @Override
  public void encode(String text, BitSet untrusted, Set<EncodeOption> options, IdBuffer ids) {
    throw failure();
  }

  UnsupportedModelException failure() {
    return new UnsupportedModelException(
        origin + ": has no tokenizer, which texts need: ids can go in (--ids) and come out (--json)");
  }

  @Override
  public PieceDecoder decoder(boolean fresh) {
    return new PieceDecoder() {
      @Override
      public byte[] accept(int id, boolean rendered) {
        Objects.checkIndex(id, tokens);
        return NOTHING;
      }

      @Override
      public byte[] finish() {
        return NOTHING;
      }
    };
  }

  @Override
  public boolean cleansUp() {
    return false;
  }
}
