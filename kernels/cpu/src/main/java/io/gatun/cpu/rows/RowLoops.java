package io.gatun.cpu.rows;

import io.gatun.device.ActivationFunction;

/**
 * The loops that operations on rows are made of, on native memory that the caller has checked: addresses are of floats
 * and need no alignment, counts are of values and may be any, unless it says otherwise. {@link LoopedRows} makes {@link
 * io.gatun.device.RowKernels} of them. Stateless and thread-safe.
 *
 * <p>A value's result is the same wherever it stands, so that ranges may be cut anywhere; sums have the order that is given.
 */
public interface RowLoops {

  /** Floats of the vectors of {@link #four}, {@link #one} and {@link #pair}: 4, 8 or 16. */
  int lanes();

  /** {@code Σ x[i]}: value {@code i} goes to the float sum {@code i mod 16}, which are added as {@link #squares} says. */
  double sum(long x, long count);

  /**
   * {@code Σ x[i]²}: fused, value {@code i} to the float sum {@code s[i mod 16]} for whole groups of 16; then {@code
   * (s[l] + s[l+4]) + (s[l+8] + s[l+12])} in float, these four in double, and the values that are left.
   */
  double squares(long x, long count);

  /** {@code x[i] += y[i]}. */
  void add(long x, long y, long count);

  /** {@code target[i] += x[i] · y[i]}, fused. */
  void multiplyAdd(long x, long y, long target, long count);

  /** {@code target[i] = x[i] − mean}. */
  void subtract(long x, float mean, long target, long count);

  /** {@code target[i] = x[i] · factor}. */
  void scale(long x, float factor, long target, long count);

  /** {@code target[i] = x[i] · factor · gain[i]}. */
  void scale(long x, float factor, long gain, long target, long count);

  /** {@code target[i] = x[i] / divisor}. */
  void divide(long x, float divisor, long target, long count);

  /** {@code gate[i] = f(gate[i]) · up[i]}. */
  void gate(long gate, long up, ActivationFunction f, long count);

  /** {@code x[i] = f(x[i])}. */
  void activate(long x, ActivationFunction f, long count);

  /** {@code x[i] = cap · tanh(x[i] / cap)}. */
  void softcap(long x, float cap, long count);

  /** {@code x[i] −= slope · |distance − i|}; may do so up to a multiple of 16. */
  void slope(long x, float slope, int distance, long count);

  /** The largest of {@code least} and the values, NaN left out; {@code count} is a multiple of 16. */
  float largest(long x, float least, long count);

  /** {@code x[i] = e^(x[i] − max)}; {@code count} is a multiple of 16. */
  void exponentials(long x, float max, long count);

  /** {@code e^x}. */
  float exponential(float x);

  /** {@code x[i] = ln(1 + e^x[i])}; {@code count} is a multiple of 16. */
  void softpluses(long x, long count);

  /** {@code pairs} pairs {@code (x[i], x[pairs + i])}: {@code a·cos − b·sin, b·cos + a·sin}. */
  void rotateHalves(long x, int pairs, long cosines, long sines);

  /**
   * {@code x[i] = x[i] · doubled[i] + x[i ^ 1] · signed[i]}.
   *
   * @param count even
   */
  void rotateAdjacent(long x, int count, long doubled, long signed);

  /** Halves to floats, exactly. */
  void decodeHalves(long halves, long target, int count);

  /** Codes {@code [count][16]} times 16 scales, which are halves, to floats of the same shape. */
  void decodeKeys(long codes, long scales, int count, long target);

  /** {@code dim} codes with a scale for each 32, which is a half, to floats; codes may be read 8 at a time. */
  void decodeValue(long codes, long scales, int dim, long target);

  /** Whole runs of 32 values to 8-bit codes, a scale for each run and a 16-bit sum for each 16; as {@code Device} defines. */
  void quantize(long values, int runs, long codes, long scales, long sums);

  /**
   * A tile of attention: {@code out[q, lane] += Σᵢ a[q, i] · m[i, lane]} for four queries and two vectors of lanes, each lane in
   * the order of {@code i}, fused.
   *
   * <pre>
   *   scores   a = queries [q, dim]    m = keys [dim, 16 keys]       lanes = keys
   *   mixture  a = weights [q, key]    m = values [key, valueDim]    lanes = dimensions
   * </pre>
   *
   * @param a address of the first query's first factor; the next query's is {@code aStride} bytes on
   * @param m address of the first vector; the next {@code i}'s is {@code step} bytes on
   * @param second bytes from the first vector to the second
   * @param count of factors
   * @param out address of the first query's first vector, the second follows; the next query's is {@code outStride} bytes on
   */
  void four(long a, long aStride, long m, long step, long second, int count, long out, long outStride);

  /** One query and four vectors, {@code second}, {@code third} and {@code fourth} bytes from the first. */
  void one(long a, long m, long step, long second, long third, long fourth, int count, long out);

  /** One query and two vectors: what is left of the other shapes. */
  void pair(long a, long m, long step, long second, int count, long out);

  /**
   * A token of a recurrence on four vectors of columns of a state, line {@code j} after line, fused: {@code s[j, lane] =
   * decay[j] · s[j, lane] + write[j] · values[lane]}; then {@code values[lane] = Σⱼ s[j, lane] · read[j]}.
   *
   * @param decay address of a factor for each line; write and read likewise
   * @param state address of the first line's first vector, the others follow; the next line's is {@code step} bytes on
   * @param count of lines
   * @param values address of four vectors
   */
  void recur(long decay, long write, long read, long state, long step, int count, long values);

  /**
   * The same with {@code e^(rate[j, lane] · span[lane])} in the place of {@code decay[j]}.
   *
   * @param rate address of the first line's first vector; lines of four vectors follow each other
   * @param span address of four vectors
   */
  void select(long rate, long span, long write, long read, long state, long step, int count, long values);
}
