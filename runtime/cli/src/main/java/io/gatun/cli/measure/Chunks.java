package io.gatun.cli.measure;

import io.gatun.cli.terminal.UsageException;
import io.gatun.text.EncodeOption;
import io.gatun.text.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A text as llama-perplexity cuts it: tokenised in one go, split into whole chunks, the rest dropped; each chunk begins
 * with BOS, in place of its first token, where the vocabulary adds BOS; of each chunk the second half is scored.
 * Immutable and thread-safe.
 *
 * @param tokens of the whole text
 * @param context tokens per chunk, ≥ 4
 * @param bos what every chunk begins with; empty to leave the text's own token there
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, changed by nobody
record Chunks(int[] tokens, int context, OptionalInt bos) {
  static final int MIN_CONTEXT = 4;

  /**
   * Tokenises a text; special tokens in it are not parsed.
   *
   * @throws UsageException if it does not fill a chunk
   */
  static Chunks of(String text, Tokenizer tokenizer, int context) {
    if (context < MIN_CONTEXT) {
      throw new UsageException("--ctx %d: expected %d or more".formatted(context, MIN_CONTEXT));
    }
    int[] tokens = tokenizer.encode(text, Set.of(EncodeOption.ADD_SPECIAL));
    if (tokens.length < context) {
      throw new UsageException(
          "the text has %d tokens, expected at least one chunk of %d: give more text or a smaller --ctx"
              .formatted(tokens.length, context));
    }
    var vocabulary = tokenizer.vocabulary();
    return new Chunks(tokens, context, vocabulary.addsBos() ? vocabulary.bos() : OptionalInt.empty());
  }

  int count() {
    return tokens.length / context;
  }

  /** The tokens of one chunk, {@code [context]}. */
  int[] chunk(int index) {
    int[] chunk = Arrays.copyOfRange(tokens, index * context, (index + 1) * context);
    bos.ifPresent(id -> chunk[0] = id);
    return chunk;
  }

  /** The first position whose prediction is scored; the last is the one before the chunk's last token. */
  int firstScored() {
    return context / 2;
  }

  /** Scored predictions per chunk. */
  int scoredPerChunk() {
    return context - 1 - firstScored();
  }

  /** Identifies the tokens of all chunks: the SHA-256 of their ids as little-endian 32-bit integers. */
  byte[] hash() {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var bytes = ByteBuffer.allocate(context * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count(); i++) {
        bytes.asIntBuffer().put(chunk(i));
        digest.update(bytes.array());
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
