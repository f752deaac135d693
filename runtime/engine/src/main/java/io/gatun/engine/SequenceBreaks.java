package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Finds the tokens of a growing text in which an occurrence of a breaker ends. */
final class SequenceBreaks {
  private final TokenTexts texts;
  private final byte[][] breakers;
  private final int tailLength;
  private final BitSet breaks = new BitSet();
  private int known;
  /** The last bytes of the text so far, in which a breaker may begin. */
  private byte[] tail = {};

  SequenceBreaks(List<String> breakers, TokenTexts texts) {
    this.texts = texts;
    this.breakers = breakers.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    tailLength = Math.max(0, Arrays.stream(this.breakers).mapToInt(breaker -> breaker.length).max().orElse(0) - 1);
  }

  /** Reads what is new; a history shorter than the last one is read anew. */
  void read(History history) {
    if (history.size() < known) {
      known = 0;
      tail = new byte[0];
      breaks.clear();
    }
    for (; known < history.size() && breakers.length > 0; known++) {
      byte[] piece = texts.piece(history.token(known));
      byte[] text = Arrays.copyOf(tail, tail.length + piece.length);
      System.arraycopy(piece, 0, text, tail.length, piece.length);
      breaks.set(known, endsBreaker(text, tail.length));
      tail = Arrays.copyOfRange(text, Math.max(0, text.length - tailLength), text.length);
    }
  }

  /** Whether the token at {@code position} of the history breaks. */
  boolean at(int position) {
    return breaks.get(position);
  }

  /** Whether a breaker ends in {@code text} behind {@code from}. */
  private boolean endsBreaker(byte[] text, int from) {
    for (byte[] breaker : breakers) {
      for (int end = Math.max(from + 1, breaker.length); end <= text.length; end++) {
        if (Arrays.equals(text, end - breaker.length, end, breaker, 0, breaker.length)) {
          return true;
        }
      }
    }
    return false;
  }
}
