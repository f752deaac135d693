package io.gatun.cli.synth;

import io.gatun.tensors.FileReplacement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.SplittableRandom;

/** Numbers to a file, little-endian, through a buffer. Used by one thread. */
final class WordOutput {
  private static final int CHUNK_BYTES = 1 << 20;

  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.wrap(new byte[CHUNK_BYTES]).order(ByteOrder.LITTLE_ENDIAN);

  private WordOutput(FileChannel file) {
    this.file = file;
  }

  /** Writes numbers. */
  @FunctionalInterface
  interface Source {
    void writeTo(WordOutput out) throws IOException;
  }

  /** A tensor's bytes from what writes numbers. */
  static FileReplacement.Content of(Source source) {
    return file -> {
      var out = new WordOutput(file);
      source.writeTo(out);
      out.flush();
    };
  }

  void word(int bits) throws IOException {
    require(Integer.BYTES);
    buffer.putInt(bits);
  }

  void number(float value) throws IOException {
    word(Float.floatToRawIntBits(value));
  }

  /** Random magnitudes as halves, at most a quarter away from {@code mean}. */
  void halves(long count, double mean, SplittableRandom random) throws IOException {
    for (long i = 0; i < count; i++) {
      bits16(Float.floatToFloat16(near(mean, random)));
    }
  }

  /** Random magnitudes, at most a quarter away from {@code mean}. */
  void numbers(long count, double mean, SplittableRandom random) throws IOException {
    for (long i = 0; i < count; i++) {
      number(near(mean, random));
    }
  }

  private static float near(double mean, SplittableRandom random) {
    return (float) (mean * (0.75 + 0.5 * random.nextDouble()));
  }

  /** The lower 16 bits. */
  void bits16(int bits) throws IOException {
    require(Short.BYTES);
    buffer.putShort((short) bits);
  }

  /** The lower 8 bits. */
  void bits8(int bits) throws IOException {
    require(1);
    buffer.put((byte) bits);
  }

  private void require(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
  }

  private void flush() throws IOException {
    FileReplacement.writeAll(file, buffer.flip());
    buffer.clear();
  }
}
