package io.gatun.text;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a Hugging Face tokenizer does to tokens to make text of them, by the {@code type} of a decoder. Immutable,
 * thread-safe.
 *
 * <p>Bytes that are no text stay as they are, where Hugging Face has U+FFFD.
 */
sealed interface TokenDecoding {
  /**
   * Where a decoder begins.
   *
   * @param continues whether tokens were before
   * @param fused whether all tokens come as one
   */
  record Begin(boolean continues, boolean fused) {}

  PieceSink open(PieceSink next, Begin begin);

  /** Whether it makes one token of all. */
  default boolean fuses() {
    return false;
  }

  /** A chain of decoders from the first to the last. */
  static PieceSink open(List<TokenDecoding> chain, PieceSink last, boolean continues) {
    int fusing = 0;
    while (fusing < chain.size() && !chain.get(fusing).fuses()) {
      fusing++;
    }
    PieceSink sink = last;
    for (int i = chain.size() - 1; i >= 0; i--) {
      sink = chain.get(i).open(sink, new Begin(continues, i > fusing));
    }
    return sink;
  }

  /** What becomes of a whole token. */
  interface TokenRule {
    /** @param first whether the text begins with it */
    String decoded(String token, boolean first);
  }

  /** Each token by itself. */
  record EachToken(TokenRule rule) implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new WholeTokens(next) {
        private boolean first = !begin.continues();

        @Override
        void token(byte[] bytes, boolean added) {
          emit(rule.decoded(text(bytes), first).getBytes(StandardCharsets.UTF_8), added);
          first = false;
        }
      };
    }
  }

  /** The alphabet of byte-level vocabularies; a token with another character stands for itself. */
  record ByteLevel() implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new WholeTokens(next) {
        @Override
        void token(byte[] bytes, boolean added) {
          next.add(added ? bytes : ByteAlphabet.bytesOf(text(bytes)).orElse(bytes), added);
        }

        @Override
        void last() {
          next.end();
        }
      };
    }

    @Override
    public boolean fuses() {
      return true;
    }
  }

  /** Tokens of single bytes in a row are one token of these bytes. */
  record ByteFallback() implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new WholeTokens(next) {
        private boolean inBytes;

        @Override
        void token(byte[] bytes, boolean added) {
          String text = text(bytes);
          if (ByteTokens.isSpelling(text)) {
            inBytes = true;
            next.add(new byte[] {ByteTokens.value(text)}, false);
          } else {
            last();
            emit(bytes, added);
          }
        }

        @Override
        void last() {
          if (inBytes) {
            next.end();
            inBytes = false;
          }
        }
      };
    }
  }

  /** All tokens are one. */
  record Fuse() implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new PieceSink() {
        @Override
        public void add(byte[] bytes, boolean added) {
          next.add(bytes, added);
        }

        @Override
        public void end() {}

        @Override
        public void finish() {
          next.end();
          next.finish();
        }
      };
    }

    @Override
    public boolean fuses() {
      return true;
    }
  }

  /** Takes a character off the ends of each token, so many times at most. */
  record Strip(int content, int start, int stop) implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      int atStart = begin.continues() && begin.fused() ? 0 : start;
      return stop == 0 ? new LeadingStrip(next, Character.toString(content), atStart, start) : both(next, atStart);
    }

    private PieceSink both(PieceSink next, int atStart) {
      return new WholeTokens(next) {
        private int left = atStart;

        @Override
        void token(byte[] bytes, boolean added) {
          int[] characters = text(bytes).codePoints().toArray();
          int from = 0;
          while (from < Math.min(left, characters.length) && characters[from] == content) {
            from++;
          }
          int to = characters.length;
          while (to > Math.max(from, characters.length - stop) && characters[to - 1] == content) {
            to--;
          }
          emit(new String(characters, from, to - from).getBytes(StandardCharsets.UTF_8), added);
          left = start;
        }
      };
    }
  }

  /** Takes the end of a word off its last token and puts a space there, but at the end of the text. */
  record WordEnd(String suffix) implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new WholeTokens(next) {
        private String held = "";
        private boolean holds;
        private boolean heldAdded;

        @Override
        void token(byte[] bytes, boolean added) {
          release(" ");
          held = text(bytes);
          heldAdded = added;
          holds = true;
        }

        @Override
        void last() {
          release("");
        }

        private void release(String end) {
          if (holds) {
            emit(held.replace(suffix, end).getBytes(StandardCharsets.UTF_8), heldAdded);
            holds = false;
          }
        }
      };
    }
  }

  /** Connectionist temporal classification: what is repeated counts once, and padding goes. */
  record Ctc(String padding, TokenRule rule) implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new WholeTokens(next) {
        private String previous = "";
        private boolean first = true;

        @Override
        void token(byte[] bytes, boolean added) {
          String token = text(bytes);
          String decoded = first || !token.equals(previous) ? rule.decoded(token.replace(padding, ""), first) : "";
          if (!decoded.isEmpty()) {
            emit(decoded.getBytes(StandardCharsets.UTF_8), added);
          }
          previous = token;
          first = false;
        }
      };
    }
  }

  /** What a tokenizer without a decoder does: a space between two tokens. */
  record Spaced() implements TokenDecoding {
    @Override
    public PieceSink open(PieceSink next, Begin begin) {
      return new EachToken((token, first) -> first ? token : " " + token).open(next, begin);
    }
  }
}
