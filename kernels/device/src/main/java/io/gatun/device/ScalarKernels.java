package io.gatun.device;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The scalar kernels: plain loops in the order that the equations are written in, sums in double where they are not
 * exact integers. They are the oracle that every faster tier is measured against, and the tier that always works.
 *
 * <p>Stateless and thread-safe. Ranges are half-open; shapes have been checked by {@link Shapes}.
 */
public final class ScalarKernels implements RowKernels {
  /** The only instance that is needed. */
  public static final ScalarKernels INSTANCE = new ScalarKernels();

  private ScalarKernels() {}

  /** Float activations with any encoding: rows decoded, products summed in double, in column order. */
  public static MatmulKernel<HostBuffer> floatMatmul() {
    return ScalarMatmul::floats;
  }

  /** The same of weights and activations that are both rounded as {@link Bf16} says. */
  public static MatmulKernel<HostBuffer> bf16Matmul() {
    return ScalarMatmul::bf16;
  }

  /** 8-bit activations with a quantized encoding: the exact function that {@link Device} defines. */
  public static MatmulKernel<QuantizedRows> q8Matmul() {
    return ScalarMatmul::q8;
  }

  /** 8-bit activations as a checkpoint prescribes them, with an encoding of integer codes. */
  public static MatmulKernel<PrescribedRows> prescribedMatmul(ByteDots dots) {
    return new PrescribedMatmul(dots);
  }

  /** Dot products of bytes one after the other. */
  public static ByteDots byteDots() {
    return ScalarByteDots::run;
  }

  @Override
  public void quantize(HostBuffer x, QuantizedRows target, long from, long to, Scratch scratch) {
    int cols = target.cols();
    float[] values = scratch.x(cols);
    byte[] codes = scratch.xCodes(target.codeStride());
    float[] scales = scratch.xScales(target.scaleStride());
    short[] sums = scratch.xSums(target.sumStride());
    for (long row = from; row < to; row++) {
      x.copyTo(row * cols, values, cols);
      Arrays.fill(codes, (byte) 0);
      Arrays.fill(sums, (short) 0);
      for (int start = 0; start < cols; start += QuantizedRows.RUN) {
        int end = Math.min(start + QuantizedRows.RUN, cols);
        scales[start / QuantizedRows.RUN] = quantizeRun(values, codes, start, end);
      }
      for (int i = 0; i < cols; i++) {
        sums[i / QuantizedRows.SUM_RUN] += codes[i];
      }
      target.store(row, codes, scales, sums);
    }
  }

  /**
   * Quantizes one run, {@code codes} of which are 0 so far.
   *
   * @return the scale; NaN if a value is NaN or infinite, which makes all results of the row NaN
   */
  static float quantizeRun(float[] values, byte[] codes, int start, int end) {
    float max = 0;
    for (int i = start; i < end; i++) {
      max = Math.max(max, Math.abs(values[i]));
    }
    if (!Float.isFinite(max)) {
      return Float.NaN;
    }
    float inverse = 127 / max;
    if (Float.isFinite(inverse)) {
      for (int i = start; i < end; i++) {
        codes[i] = (byte) Math.rint(values[i] * inverse);
      }
    }
    return max / 127;
  }

  @Override
  public void rmsNorm(HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long length = gain.cols();
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long start = run * length;
      double squares = 0;
      for (long i = 0; i < length; i++) {
        double value = x.at(start + i);
        squares += value * value;
      }
      float factor = (float) (1 / Math.sqrt(squares / length + eps));
      for (long i = 0; i < length; i++) {
        out.put(start + i, x.at(start + i) * factor * gain.at(i));
      }
    }
  }

  @Override
  public void layerNorm(HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long start = run * length;
      double sum = 0;
      for (long i = start; i < start + length; i++) {
        sum += x.at(i);
      }
      double mean = sum / length;
      double squares = 0;
      for (long i = start; i < start + length; i++) {
        squares += (x.at(i) - mean) * (x.at(i) - mean);
      }
      double factor = 1 / Math.sqrt(squares / length + eps);
      for (long i = start; i < start + length; i++) {
        out.put(i, (float) ((x.at(i) - mean) * factor * gain.at(i % gain.cols())));
      }
    }
  }

  @Override
  public void rope(HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch) {
    int pairs = spec.frequencies().length;
    for (long row = from; row < to; row++) {
      int position = positions[Math.toIntExact(row)];
      for (int pair = 0; pair < pairs; pair++) {
        double theta = position * spec.frequencies()[pair];
        double cos = Math.cos(theta) * spec.magnitude();
        double sin = Math.sin(theta) * spec.magnitude();
        long first = row * x.cols() + spec.first(pair);
        long second = row * x.cols() + spec.second(pair);
        for (long head = 0; head < x.cols(); head += spec.headDim()) {
          rotate(x, first + head, second + head, cos, sin);
        }
      }
    }
  }

  private static void rotate(HostBuffer x, long first, long second, double cos, double sin) {
    double a = x.at(first);
    double b = x.at(second);
    x.put(first, (float) (a * cos - b * sin));
    x.put(second, (float) (a * sin + b * cos));
  }

  @Override
  public void gate(HostBuffer gate, HostBuffer up, ActivationFunction f, long from, long to) {
    for (long i = from; i < to; i++) {
      gate.put(i, (float) (f.of(gate.at(i)) * f.gated(up.at(i))));
    }
  }

  @Override
  public void activate(HostBuffer x, ActivationFunction f, long from, long to) {
    for (long i = from; i < to; i++) {
      x.put(i, (float) f.of(x.at(i)));
    }
  }

  @Override
  public void softcap(HostBuffer x, float cap, long from, long to) {
    for (long i = from; i < to; i++) {
      x.put(i, (float) (cap * Math.tanh(x.at(i) / (double) cap)));
    }
  }

  @Override
  public void attention(AttentionCall call, long from, long to, Scratch scratch) {
    for (long unit = from; unit < to; unit++) {
      ScalarAttention.head(call, unit, scratch);
    }
  }

  /** Rows of {@link Device#embed}. */
  public static void embed(HostMatrix table, int[] ids, HostBuffer out, long from, long to, Scratch scratch) {
    int cols = (int) table.cols();
    float[] values = scratch.weights(cols);
    for (long row = from; row < to; row++) {
      int id = ids[Math.toIntExact(row)];
      table.decode(0, id, 1, values);
      out.copyFrom(values, row * cols, cols);
    }
  }

  /** Rows of {@link Device#scaleRows}. */
  public static void scaleRows(HostBuffer x, HostBuffer factors, long from, long to) {
    for (long row = from; row < to; row++) {
      float factor = factors.at(row);
      for (long i = row * x.cols(); i < (row + 1) * x.cols(); i++) {
        x.put(i, x.at(i) * factor);
      }
    }
  }

  /** Values of {@link Device#clamp}. */
  public static void clamp(HostBuffer x, float limit, long from, long to) {
    for (long i = from; i < to; i++) {
      x.put(i, Math.min(Math.max(x.at(i), -limit), limit));
    }
  }

  /** Values of {@link Device#xielu}. */
  public static void xielu(HostBuffer x, XieluSpec spec, long from, long to) {
    for (long i = from; i < to; i++) {
      x.put(i, (float) spec.of(x.at(i)));
    }
  }

  /** Rows of {@link Device#sparsify}. */
  public static void sparsify(HostBuffer x, float deviations, long from, long to) {
    long cols = x.cols();
    for (long begin = from * cols; begin < to * cols; begin += cols) {
      double mean = 0;
      for (long i = begin; i < begin + cols; i++) {
        mean += x.at(i);
      }
      mean /= cols;
      double squares = 0;
      for (long i = begin; i < begin + cols; i++) {
        squares += (x.at(i) - mean) * (x.at(i) - mean);
      }
      double least = mean + deviations * Math.sqrt(squares / (cols - 1));
      for (long i = begin; i < begin + cols; i++) {
        x.put(i, (float) Math.max(x.at(i) - least, 0));
      }
    }
  }

  /** Rows of {@link Device#rescale}. */
  public static void rescale(HostBuffer x, HostBuffer y, long from, long to) {
    long cols = x.cols();
    for (long row = from; row < to; row++) {
      double factor = Math.sqrt(squares(y, row * y.rows() / x.rows()) / squares(x, row));
      for (long i = row * cols; i < (row + 1) * cols; i++) {
        x.put(i, (float) (x.at(i) * factor));
      }
    }
  }

  private static double squares(HostBuffer x, long row) {
    double sum = 0;
    for (long i = row * x.cols(); i < (row + 1) * x.cols(); i++) {
      sum += (double) x.at(i) * x.at(i);
    }
    return sum;
  }

  /** Rows of {@link Device#mixRuns}. */
  public static void mixRuns(HostBuffer weights, HostBuffer x, int length, HostBuffer out, long from, long to) {
    long runs = x.cols() / length;
    for (long row = from; row < to; row++) {
      for (long j = 0; j < out.cols() / length; j++) {
        for (long i = 0; i < length; i++) {
          double sum = 0;
          for (long k = 0; k < runs; k++) {
            sum += (double) weights.at(row * weights.cols() + j * runs + k) * x.at((row * runs + k) * length + i);
          }
          out.put(row * out.cols() + j * length + i, (float) sum);
        }
      }
    }
  }

  /** Rows of {@link Device#copyColumns}. */
  public static void copyColumns(HostBuffer x, ColumnRuns runs, HostBuffer out, long from, long to) {
    for (long row = from; row < to; row++) {
      for (long run = 0; run < runs.count(); run++) {
        long source = row * x.cols() + runs.from() + run * runs.fromStride();
        long target = row * out.cols() + runs.to() + run * runs.toStride();
        long bytes = (long) runs.width() * Float.BYTES;
        MemorySegment.copy(x.segment(), source * Float.BYTES, out.segment(), target * Float.BYTES, bytes);
      }
    }
  }

  /** Slots of {@link Device#addExperts}. */
  public static void addExperts(
      HostBuffer slots, HostMatrix biases, Routing routing, long from, long to, Scratch scratch) {
    int cols = (int) biases.cols();
    float[] values = scratch.weights(cols);
    for (long slot = from; slot < to; slot++) {
      int expert = routing.experts()[Math.toIntExact(slot)];
      biases.decode(0, expert, 1, values);
      for (int i = 0; i < cols; i++) {
        slots.put(slot * cols + i, slots.at(slot * cols + i) + values[i]);
      }
    }
  }

  /** Rows of {@link Device#gather}. */
  public static void gather(HostBuffer x, int[] rows, HostBuffer out, long from, long to) {
    long bytes = x.cols() * Float.BYTES;
    for (long row = from; row < to; row++) {
      MemorySegment.copy(x.segment(), rows[Math.toIntExact(row)] * bytes, out.segment(), row * bytes, bytes);
    }
  }

  @Override
  public void add(HostBuffer x, HostBuffer y, long from, long to) {
    long period = y.values();
    for (long i = from; i < to; i++) {
      x.put(i, x.at(i) + y.at(i % period));
    }
  }

  @Override
  public void scale(HostBuffer x, float factor, long from, long to) {
    for (long i = from; i < to; i++) {
      x.put(i, x.at(i) * factor);
    }
  }

  @Override
  public void append(
      HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows, long from, long to, Scratch scratch) {
    KvLayout.Layer shape = pool.layout().layers().get(layer);
    for (long r = from; r < to; r++) {
      int row = Math.toIntExact(r);
      int position = rows.positions()[row];
      MemorySegment page = pool.page(rows.pages()[row][position / KvPool.PAGE_TOKENS]);
      int token = position % KvPool.PAGE_TOKENS;
      for (int head = 0; head < shape.headCountKv(); head++) {
        pool.keys(layer).store(page, head, token, k, (r * shape.headCountKv() + head) * shape.keyDim());
        pool.values(layer).store(page, head, token, v, (r * shape.headCountKv() + head) * shape.valueDim());
      }
    }
  }

  @Override
  public void convolve(ConvolveCall call, long from, long to, Scratch scratch) {
    ScalarRecurrence.convolve(call, from, to);
  }

  @Override
  public void deltaNet(DeltaNetCall call, long from, long to, Scratch scratch) {
    ScalarRecurrence.deltaNet(call, from, to);
  }

  @Override
  public void linearAttention(LinearAttentionCall call, long from, long to, Scratch scratch) {
    ScalarRecurrence.linearAttention(call, from, to);
  }

  @Override
  public void stateSpace(StateSpaceCall call, long from, long to, Scratch scratch) {
    ScalarRecurrence.stateSpace(call, from, to);
  }

  /** Rows of {@link Device#combine}. */
  public static void combine(HostBuffer slots, Routing routing, HostBuffer out, long from, long to) {
    long cols = out.cols();
    int used = routing.used();
    for (long row = from; row < to; row++) {
      for (long col = 0; col < cols; col++) {
        double sum = 0;
        for (int k = 0; k < used; k++) {
          int slot = Math.toIntExact(row * used + k);
          sum += (double) routing.weights()[slot] * slots.at(slot * cols + col);
        }
        out.put(row * cols + col, (float) sum);
      }
    }
  }

  /** {@link Device#route}. */
  public static Routing route(HostBuffer logits, RouterSpec spec) {
    return ScalarRouter.route(logits, spec);
  }
}
