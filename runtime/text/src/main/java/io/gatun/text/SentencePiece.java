package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SentencePiece with byte-pair scores: characters are joined while some pair spells a token, the highest score first, the
 * leftmost on a tie; a character that is no token becomes its UTF-8 bytes. Spaces are spelled U+2581.
 *
 * <p>Kudo and Richardson 2018, arXiv 1808.06226.
 */
final class SentencePiece implements Segmenter {
  private final Vocabulary vocabulary;
  private final String origin;
  private final boolean prefixesSpace;
  private final Lazy<Ranks> ranks;

  SentencePiece(Vocabulary vocabulary, Metadata metadata) {
    this(vocabulary, metadata.origin(), metadata.optionalBool(Tokenizer.ADD_SPACE_PREFIX).orElse(true));
  }

  /** For text that is normalized already. */
  SentencePiece(Vocabulary vocabulary, String origin) {
    this(vocabulary, origin, false);
  }

  private SentencePiece(Vocabulary vocabulary, String origin, boolean prefixesSpace) {
    this.vocabulary = vocabulary;
    this.origin = origin;
    this.prefixesSpace = prefixesSpace;
    this.ranks = new Lazy<>(() -> Ranks.of(vocabulary));
  }

  @Override
  public boolean prefixesSpace() {
    return prefixesSpace;
  }

  @Override
  public byte[] decode(String spelling) {
    return spelling.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    var symbols = new Symbols(text.replace(' ', SPACE).getBytes(StandardCharsets.UTF_8));
    var queue = new MergeQueue();
    queue.run(symbols.count, symbols);
    for (int symbol = 0; symbol != MergeQueue.NONE; symbol = queue.next(symbol)) {
      int id = symbols.token(symbol);
      if (id >= 0) {
        ids.add(id);
      } else {
        encodeBytes(symbols.bytes(symbol), ids);
      }
    }
  }

  private void encodeBytes(byte[] character, IdBuffer ids) {
    for (byte b : character) {
      int id = ranks.value().ofByte()[b & 0xFF];
      if (id < 0) {
        throw new FormatException(
            "%s: the vocabulary has neither U+%04X nor its byte %s nor an unknown token"
                .formatted(origin, new String(character, StandardCharsets.UTF_8).codePointAt(0), ByteTokens.spelling(b)));
      }
      ids.add(id);
    }
  }

  /**
   * What is derived from the vocabulary on the first use.
   *
   * @param ofToken by id: 0 for the highest score; equal scores have equal ranks
   * @param ofByte the token of each byte; the unknown token, or −1, where there is none
   * @param longest bytes of the longest spelling
   */
  @SuppressWarnings("ArrayRecordComponent") // private, and never compared
  private record Ranks(int[] ofToken, int[] ofByte, int longest) {

    static Ranks of(Vocabulary vocabulary) {
      int size = vocabulary.size();
      var scores = new float[size];
      int longest = 0;
      for (int id = 0; id < size; id++) {
        scores[id] = ordered(vocabulary.score(id));
        longest = Math.max(longest, vocabulary.length(id));
      }
      float[] sorted = scores.clone();
      Arrays.sort(sorted);
      var ofToken = new int[size];
      for (int id = 0; id < size; id++) {
        ofToken[id] = size - 1 - lastIndex(sorted, scores[id]);
      }
      return new Ranks(ofToken, bytes(vocabulary), longest);
    }

    /** One zero, and no NaN: a score that is none is the lowest. */
    private static float ordered(float score) {
      return Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score + 0f;
    }

    private static int lastIndex(float[] sorted, float score) {
      int low = 0;
      int high = sorted.length;
      while (high - low > 1) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] <= score) {
          low = middle;
        } else {
          high = middle;
        }
      }
      return low;
    }

    private static int[] bytes(Vocabulary vocabulary) {
      int[] ofByte = ByteTokens.of(vocabulary);
      int unknown = vocabulary.special(SpecialRole.UNKNOWN).orElse(ByteTokens.NONE);
      for (int b = 0; b < ofByte.length; b++) {
        if (ofByte[b] == ByteTokens.NONE && b < 0x80) {
          ofByte[b] = vocabulary.findOrdinary(Character.toString(b));
        }
        if (ofByte[b] == ByteTokens.NONE) {
          ofByte[b] = unknown;
        }
      }
      return ofByte;
    }
  }

  /** The characters of one text, while they are joined. */
  private final class Symbols implements MergeQueue.Pairs {
    private final byte[] text;
    private final Ranks known = ranks.value();
    private final int[] starts;
    private final int[] ends;
    private final int count;

    Symbols(byte[] text) {
      this.text = text;
      this.starts = new int[text.length];
      this.ends = new int[text.length];
      int characters = 0;
      for (int at = 0; at < text.length; at++) {
        boolean begins = (text[at] & 0xC0) != 0x80;
        if (begins) {
          starts[characters++] = at;
        }
        ends[characters - 1] = at + 1;
      }
      this.count = characters;
    }

    byte[] bytes(int symbol) {
      return Arrays.copyOfRange(text, starts[symbol], ends[symbol]);
    }

    int token(int symbol) {
      return vocabulary.findOrdinary(text, starts[symbol], ends[symbol]);
    }

    @Override
    public int rank(int left, int right) {
      if (ends[right] - starts[left] > known.longest()) {
        return MergeQueue.NONE;
      }
      int id = vocabulary.findOrdinary(text, starts[left], ends[right]);
      return id < 0 ? MergeQueue.NONE : known.ofToken()[id];
    }

    @Override
    public void join(int left, int right) {
      ends[left] = ends[right];
    }
  }
}
