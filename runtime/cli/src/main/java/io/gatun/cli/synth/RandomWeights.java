package io.gatun.cli.synth;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Encoder;
import io.gatun.tensors.Encoders;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.PlainEncoding;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.SplittableRandom;

/**
 * The bytes of a random weight matrix: mean 0, standard deviation {@link #SIGMA}. Plain encodings are drawn from a table of
 * normally distributed values; of quantized ones the codes are random bits and only the scales are computed, so that it
 * goes as fast as a disk. The same seed gives the same bytes.
 */
final class RandomWeights implements GgufWriter.Source {
  /** As models are initialised: with normed inputs it keeps activations near 1. */
  static final double SIGMA = 0.02;

  private static final int TABLE = 1 << 16;
  private static final int CHUNK_BYTES = 1 << 20;

  private final Encoding encoding;
  private final long bytes;
  private final long seed;

  /**
   * @param values how many, a multiple of the block length
   * @param seed of the random numbers
   */
  RandomWeights(Encoding encoding, long values, long seed) {
    this.encoding = encoding;
    this.bytes = encoding.bytes(values);
    this.seed = seed;
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    var random = new SplittableRandom(seed);
    Filler filler = encoding instanceof PlainEncoding ? plain(random) : new RandomBlocks(encoding, random)::fill;
    int unit = encoding.blockBytes();
    var chunk = ByteBuffer.wrap(new byte[CHUNK_BYTES / unit * unit]).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < bytes; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - done));
      filler.fill(chunk);
      while (chunk.hasRemaining()) {
        out.write(chunk);
      }
    }
  }

  /** Fills a buffer from 0 to its limit, leaving its position. */
  private interface Filler {
    void fill(ByteBuffer chunk);
  }

  private Filler plain(SplittableRandom random) {
    var values = new float[TABLE];
    for (int i = 0; i < TABLE; i++) {
      values[i] = (float) (SIGMA * random.nextGaussian());
    }
    int width = encoding.blockBytes();
    var table = ByteBuffer.wrap(new byte[TABLE * width]).order(ByteOrder.LITTLE_ENDIAN);
    Encoder encoder = Encoders.of(encoding).orElseThrow();
    encoder.encode(values, 0, MemorySegment.ofBuffer(table), 0, TABLE);
    return switch (width) {
      case Short.BYTES -> chunk -> shorts(chunk, table, random);
      case Float.BYTES -> chunk -> ints(chunk, table, random);
      default -> throw new IllegalStateException(encoding.id() + ": expected values of 2 or 4 bytes");
    };
  }

  private static void shorts(ByteBuffer chunk, ByteBuffer table, SplittableRandom random) {
    long bits = 0;
    for (int at = 0; at < chunk.limit(); at += Short.BYTES) {
      bits = at % Long.BYTES == 0 ? random.nextLong() : bits >>> 16;
      chunk.putShort(at, table.getShort((int) (bits & (TABLE - 1)) * Short.BYTES));
    }
  }

  private static void ints(ByteBuffer chunk, ByteBuffer table, SplittableRandom random) {
    long bits = 0;
    for (int at = 0; at < chunk.limit(); at += Integer.BYTES) {
      bits = at % (4 * Integer.BYTES) == 0 ? random.nextLong() : bits >>> 16;
      chunk.putInt(at, table.getInt((int) (bits & (TABLE - 1)) * Integer.BYTES));
    }
  }
}
