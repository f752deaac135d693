package io.gatun.text;

import io.gatun.tensors.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Unigram as Hugging Face has it: what no token covers may become bytes instead of the unknown token. */
final class UnigramModel implements WordModel {
  private final Vocabulary vocabulary;
  private final String file;
  private final int unknown;
  private final Lazy<UnigramLattice> lattice;
  private final int[] ofByte;

  /**
   * @param unknown the token of what no token covers; negative if there is none
   * @param scores log probabilities by id
   * @param spelled which tokens text may become by its characters
   */
  UnigramModel(
      Vocabulary vocabulary,
      double[] scores,
      int unknown,
      boolean fallsBackToBytes,
      String file,
      IntPredicate spelled) {
    this.vocabulary = vocabulary;
    this.file = file;
    this.unknown = unknown;
    this.ofByte = fallsBackToBytes ? ByteTokens.of(vocabulary) : new int[0];
    this.lattice = new Lazy<>(() -> UnigramLattice.of(vocabulary, scores, unknown, spelled));
  }

  /** The token of what no other covers; negative if there is none. */
  int unknown() {
    return unknown;
  }

  @Override
  public void encode(String word, IdBuffer ids) {
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    lattice.value().encode(text, ids, (from, to) -> appendUnknown(text, from, to, ids));
  }

  private void appendUnknown(byte[] text, int from, int to, IdBuffer ids) {
    int spelled = vocabulary.findOrdinary(text, from, to);
    if (spelled >= 0) {
      ids.add(spelled);
    } else if (ofByte.length > 0 && all(text, from, to, b -> ofByte[b])) {
      for (int at = from; at < to; at++) {
        ids.add(ofByte[text[at] & 0xFF]);
      }
    } else if (unknown >= 0) {
      ids.add(unknown);
    } else {
      throw new FormatException(
          "%s: model.unk_id is missing, expected a token for text outside the vocabulary".formatted(file));
    }
  }

  private static boolean all(byte[] text, int from, int to, IntUnaryOperator token) {
    for (int at = from; at < to; at++) {
      if (token.applyAsInt(text[at] & 0xFF) == ByteTokens.NONE) {
        return false;
      }
    }
    return true;
  }
}
