package io.gatun.cli.measure;

import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a file of saved log-probabilities begins with.
 *
 * <pre>
 *   0          8         12         16         20         24                56         64
 *   +----------+---------+----------+----------+----------+-----------------+----------+------------------------+
 *   | GATUNLPR | version | n_vocab  | context  | chunks   | SHA-256 of ids  | 0        | f32 log-probabilities  |
 *   +----------+---------+----------+----------+----------+-----------------+----------+------------------------+
 * </pre>
 *
 * All little-endian, numbers 32 bits wide. The log-probabilities are {@code [chunks · scored positions, n_vocab]}.
 *
 * @param vocabSize tokens in the vocabulary
 * @param context tokens per chunk
 * @param chunks how many
 * @param hash of the chunks' tokens
 */
@SuppressWarnings("ArrayRecordComponent") // compared by requireSame alone
record SavedLogits(int vocabSize, int context, int chunks, byte[] hash) {
  static final int BYTES = 64;
  private static final byte[] MAGIC = "GATUNLPR".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HASH_BYTES = 32;

  static SavedLogits of(Chunks chunks, int vocabSize) {
    return new SavedLogits(vocabSize, chunks.context(), chunks.count(), chunks.hash());
  }

  /** Bytes of the log-probabilities of one position. */
  long rowBytes() {
    return (long) vocabSize * Float.BYTES;
  }

  /** Bytes of the whole file. */
  long fileBytes() {
    long rows = Math.multiplyExact((long) chunks, context - 1 - context / 2);
    return Math.addExact(BYTES, Math.multiplyExact(rows, rowBytes()));
  }

  ByteBuffer encode() {
    var out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(VERSION).putInt(vocabSize).putInt(context).putInt(chunks).put(hash);
    return out.position(0);
  }

  /**
   * Reads the header of a file.
   *
   * @param in {@link #BYTES} bytes, or what there is
   * @throws FormatException if it is no such file or of another version
   */
  static SavedLogits decode(Path file, ByteBuffer in) {
    in.order(ByteOrder.LITTLE_ENDIAN);
    var magic = new byte[MAGIC.length];
    if (in.remaining() == BYTES) {
      in.get(magic);
    }
    if (!Arrays.equals(magic, MAGIC)) {
      throw new FormatException(file + ": is no file of saved log-probabilities: make one with gatun perplexity --save-logits");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new FormatException(
          "%s: is version %d of saved log-probabilities, expected %d: save them again".formatted(file, version, VERSION));
    }
    int vocabSize = in.getInt();
    int context = in.getInt();
    int chunks = in.getInt();
    if (vocabSize < 1 || context < Chunks.MIN_CONTEXT || chunks < 1) {
      throw new FormatException(
          "%s: says n_vocab %d, context %d, %d chunks, expected positive numbers".formatted(file, vocabSize, context, chunks));
    }
    var hash = new byte[HASH_BYTES];
    in.get(hash);
    return new SavedLogits(vocabSize, context, chunks, hash);
  }

  /** @throws UsageException if this file was made from other tokens than {@code wanted} describes, saying what differs */
  void requireSame(SavedLogits wanted, Path file) {
    requireSame(file, "a vocabulary of %d tokens", vocabSize, wanted.vocabSize);
    requireSame(file, "chunks of %d tokens", context, wanted.context);
    requireSame(file, "%d chunks", chunks, wanted.chunks);
    if (!Arrays.equals(hash, wanted.hash)) {
      throw new UsageException(
          file + ": was saved for other tokens: expected the same text and the same tokenizer, save it again");
    }
  }

  private static void requireSame(Path file, String what, int found, int expected) {
    if (found != expected) {
      throw new UsageException(
          ("%s: was saved for " + what + ", expected %d: use the same text, --ctx and vocabulary")
              .formatted(file, found, expected));
    }
  }
}
