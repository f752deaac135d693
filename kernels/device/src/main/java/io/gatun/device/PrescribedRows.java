package io.gatun.device;

import io.gatun.tensors.ActivationScheme.Int8;
import io.gatun.tensors.ActivationScheme.Int8PerToken;
import io.gatun.tensors.ActivationScheme.Int8Static;
import io.gatun.tensors.ActivationScheme.Int8WithOutliers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Activations in 8-bit codes as a checkpoint prescribes them: codes less their zero point, which need 16 bits, a scale for
 * each row, and the columns that stay floats. Columns are in the packed order of a matrix.
 *
 * <p>Scratch of one device, reused from product to product; grows and never shrinks. Rows may be filled by several
 * threads, each row by one.
 */
public final class PrescribedRows {
  private final HostMemory memory;
  private MemorySegment codes = MemorySegment.NULL;
  private double[] scales = {};
  private Int8 scheme = new Int8PerToken();
  private HostBuffer x;
  private int[] permutation = {};
  private int[] outliers = {};

  public PrescribedRows(HostMemory memory) {
    this.memory = memory;
    this.x = memory.buffer(0, 1);
  }

  /**
   * Makes room, and finds the columns that stay floats: for LLM.int8() those in which any row reaches the threshold.
   *
   * @param activations read again by {@link #quantize} and by products
   * @param order the column of each packed one; empty if they are the same
   */
  public void reshape(HostBuffer activations, Int8 prescribed, int[] order) {
    x = activations;
    scheme = prescribed;
    permutation = order;
    outliers = prescribed instanceof Int8WithOutliers some ? outliers(some.threshold()) : new int[0];
    long bytes = x.rows() * stride();
    if (codes.byteSize() < bytes) {
      codes = memory.allocate(Math.max(bytes, 2 * codes.byteSize()), "activations in 8 bits");
    }
    if (scales.length < x.rows()) {
      scales = new double[Math.toIntExact(x.rows())];
    }
  }

  private int[] outliers(float threshold) {
    int cols = cols();
    var reached = new boolean[cols];
    var row = new float[cols];
    for (long r = 0; r < x.rows(); r++) {
      x.copyTo(r * cols, row, cols);
      for (int col = 0; col < cols; col++) {
        reached[col] |= Math.abs(row[col]) >= threshold;
      }
    }
    return IntStream.range(0, cols).filter(packed -> reached[column(packed)]).toArray();
  }

  int cols() {
    return (int) x.cols();
  }

  private int column(int packed) {
    return permutation.length == 0 ? packed : permutation[packed];
  }

  private long stride() {
    return Math.ceilDiv(x.cols(), ByteDots.UNIT) * ByteDots.UNIT * Short.BYTES;
  }

  /** Quantizes rows {@code from} to {@code to}. */
  public void quantize(long from, long to) {
    int cols = cols();
    var row = new float[cols];
    var packed = new short[(int) (stride() / Short.BYTES)];
    for (long r = from; r < to; r++) {
      x.copyTo(r * cols, row, cols);
      float largest = largest(row);
      for (int i = 0; i < cols; i++) {
        packed[i] = (short) code(row[column(i)], largest);
      }
      for (int outlier : outliers) {
        packed[outlier] = 0;
      }
      MemorySegment.copy(packed, 0, codes, ValueLayout.JAVA_SHORT, r * stride(), packed.length);
      scales[(int) r] = isFinite(row) ? scale(largest) : Double.NaN;
    }
  }

  /** Whether all are numbers: the sum of their zeros is. */
  private static boolean isFinite(float[] row) {
    float zeros = 0;
    for (float value : row) {
      zeros += 0 * value;
    }
    return zeros == 0;
  }

  /** The largest magnitude of those below the threshold. */
  private float largest(float[] row) {
    float below = scheme instanceof Int8WithOutliers some ? some.threshold() : Float.POSITIVE_INFINITY;
    float largest = 0;
    for (float value : row) {
      float magnitude = Math.abs(value);
      largest = magnitude < below ? Math.max(largest, magnitude) : largest;
    }
    return largest;
  }

  private double scale(float largest) {
    return switch (scheme) {
      case Int8Static fixed -> fixed.scale();
      case Int8WithOutliers _ -> largest / 127.0;
      case Int8PerToken _ -> largest / 127;
    };
  }

  /** The code less the zero point. Quotients are of float32 as the projects compute them, since ties are common. */
  private int code(float value, float largest) {
    return switch (scheme) {
      case Int8Static fixed -> clamped(value / fixed.scale(), fixed.zero()) - fixed.zero();
      case Int8WithOutliers _ -> largest == 0 ? 0 : clamped(value * 127.0 / largest, 0);
      case Int8PerToken _ -> largest == 0 ? 0 : clamped(value / (largest / 127), 0);
    };
  }

  private static int clamped(double quotient, int zero) {
    return Math.clamp((long) Math.rint(quotient) + zero, Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  /** Rows of codes, from a column on. */
  ByteDots.Rows codes(long row, int count, int col) {
    return new ByteDots.Rows(codes, row * stride() + (long) col * Short.BYTES, stride(), count);
  }

  /** Σ of the codes of some columns of a row. */
  long sum(long row, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += codes.get(ValueLayout.JAVA_SHORT, row * stride() + (long) i * Short.BYTES);
    }
    return sum;
  }

  double scale(long row) {
    return scales[(int) row];
  }

  /** The packed columns that stay floats, in order. Not to be changed. */
  int[] outliers() {
    return outliers;
  }

  /** The float of a packed column. */
  float value(long row, int packed) {
    return x.at(row * x.cols() + column(packed));
  }
}
