package io.gatun.device;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl3Encoding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products with matrices that are rotated on both sides, where the rotations are done to the activations instead: {@code
 * y = H(H(x ∘ suh) · Ŵ) ∘ svh}, see {@link Exl3Encoding}. Between them is a product of floats. Stateless and thread-safe.
 *
 * @param floats multiplies float32 matrices
 * @param inner decodes what is between the rotations
 * @param decoded multiplies by the decoded matrix, for activations that cannot be rotated
 */
public record RotatedMatmul(MatmulKernel<HostBuffer> floats, Inner inner, MatmulKernel<HostBuffer> decoded)
    implements MatmulKernel<HostBuffer> {

  /** Decodes Ŵ. Stateless. */
  @FunctionalInterface
  public interface Inner {

    /**
     * Decodes whole rows, as float32 one after the other.
     *
     * @param row the first one, among all rows of all experts; a multiple of 16
     * @param rows a multiple of 16
     * @param target receives them from its start on
     */
    void decode(Exl3Encoding encoding, MemorySegment trellis, long row, int rows, MemorySegment target);
  }

  /** Values that are rotated together. */
  private static final int BLOCK = 128;

  /** Blocks that a worker had better be given, as it rotates all activations for each share. */
  private static final int BLOCKS = 8;

  private static final float NORM = (float) (1 / Math.sqrt(BLOCK));

  @Override
  public long rowsTogether(long count) {
    return BLOCKS * BLOCK;
  }

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    Room room = scratch.kept(Room.class, Room::new);
    HostMatrix w = product.w();
    var encoding = (Exl3Encoding) w.encoding();
    int cols = (int) w.cols();
    HostBuffer x = room.rotated(product, encoding.inputFactors());
    HostBuffer y = room.results(product.count());
    MemorySegment panel = room.panel((long) BLOCK * cols);
    long base = w.firstRow(product.expert());
    for (long block = (base + from) / BLOCK * BLOCK; block < base + to; block += BLOCK) {
      inner.decode(encoding, w.bytes(), block, BLOCK, panel);
      var weights = new HostMatrix(w.name(), Encodings.F32, panel, BLOCK, cols, 1);
      floats.run(new Product<>(x, 0, weights, 0, y, 0, product.count()), 0, BLOCK, room.scratch);
      store(product, y, room.rowFactors, encoding.outputFactors(), block, from, to);
    }
    for (int token = 0; token < product.count(); token++) {
      if (room.rowFactors[token] == RotationFactor.NONE) {
        decoded.run(product.token(token), from, to, scratch);
      }
    }
  }

  /** Rotates results of a block of rows, and keeps those that were asked for. */
  private static void store(
      Product<HostBuffer> product, HostBuffer y, float[] rowFactors, float[] factors, long block, long from, long to) {
    long base = product.w().firstRow(product.expert());
    int first = (int) Math.max(0, base + from - block);
    int end = (int) Math.min(BLOCK, base + to - block);
    var values = new float[BLOCK];
    for (int token = 0; token < product.count(); token++) {
      y.copyTo((long) token * BLOCK, values, BLOCK);
      rotate(values, 0);
      for (int i = first; i < end; i++) {
        values[i - first] = values[i] * factors[(int) block + i] / rowFactors[token];
      }
      long row = (product.firstOut() + token) * product.out().cols() + block - base + first;
      product.out().copyFrom(values, row, end - first);
    }
  }

  /** The product of a Hadamard matrix of 128, in Sylvester's order, with 128 values. */
  private static void rotate(float[] values, int start) {
    for (int half = 1; half < BLOCK; half *= 2) {
      for (int pair = start; pair < start + BLOCK; pair += 2 * half) {
        for (int i = pair; i < pair + half; i++) {
          float sum = values[i] + values[i + half];
          values[i + half] = values[i] - values[i + half];
          values[i] = sum;
        }
      }
    }
    for (int i = start; i < start + BLOCK; i++) {
      values[i] *= NORM;
    }
  }

  /** Memory of a worker, and what the product of floats uses of its own. */
  private static final class Room {
    private final Scratch scratch = new Scratch();
    private float[] rowFactors = {};
    private MemorySegment x = MemorySegment.NULL;
    private MemorySegment y = MemorySegment.NULL;
    private MemorySegment weights = MemorySegment.NULL;

    HostBuffer rotated(Product<HostBuffer> product, float[] factors) {
      int cols = factors.length;
      x = grown(x, product.count() * cols);
      var rotated = new HostBuffer(x, product.count(), cols);
      var row = new float[cols];
      rowFactors = new float[(int) product.count()];
      for (int token = 0; token < product.count(); token++) {
        product.x().copyTo((product.firstX() + token) * cols, row, cols);
        rowFactors[token] = RotationFactor.of(product.x(), product.firstX() + token);
        for (int i = 0; i < cols; i++) {
          row[i] *= factors[i] * rowFactors[token];
        }
        for (int start = 0; start < cols; start += BLOCK) {
          rotate(row, start);
        }
        rotated.copyFrom(row, (long) token * cols, cols);
      }
      return rotated;
    }

    HostBuffer results(long count) {
      y = grown(y, count * BLOCK);
      return new HostBuffer(y, count, BLOCK);
    }

    MemorySegment panel(long values) {
      weights = grown(weights, values);
      return weights;
    }

    private static MemorySegment grown(MemorySegment old, long values) {
      long bytes = values * Float.BYTES;
      return old.byteSize() >= bytes ? old : Arena.ofAuto().allocate(bytes, HostMemory.ALIGNMENT);
    }
  }
}
