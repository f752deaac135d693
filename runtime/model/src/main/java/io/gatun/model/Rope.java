package io.gatun.model;

import io.gatun.device.RopeSpec;
import java.util.Optional;

/**
 * Rotary positions as a model file describes them; {@link #forContext} turns them into frequencies.
 *
 * @param pairing which dimensions rotate together
 * @param headDim values per head
 * @param dims how many of them rotate, even
 * @param base of the frequencies: pair {@code i} turns by {@code base^(-2i/dims)} per position
 * @param scale factor on positions, 1/factor of linear scaling and yarn
 * @param yarn where frequencies between "interpolated" and "as trained" are blended
 * @param divisors of each frequency
 * @param attentionFactor factor on the rotated values
 */
public record Rope(
    RopeSpec.Pairing pairing,
    int headDim,
    int dims,
    double base,
    double scale,
    Optional<Yarn> yarn,
    Divisors divisors,
    double attentionFactor) {

  /**
   * Peng et al. 2023, arXiv 2309.00071: fast pairs stay as trained, slow pairs are interpolated, with a ramp between.
   *
   * @param originalContext tokens the model was trained for before
   * @param betaFast turns within the original context above which a pair stays as it is
   * @param betaSlow turns below which a pair is fully interpolated
   * @param wholePairs whether the ramp begins and ends at pairs, or between them where the turns say so
   */
  public record Yarn(int originalContext, double betaFast, double betaSlow, boolean wholePairs) {}

  /** What divides each pair's frequency. */
  public sealed interface Divisors {

    /** Nothing does. */
    record None() implements Divisors {}

    /**
     * The same numbers at any context (llama 3.1).
     *
     * @param values by pair; must not change
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Fixed(float[] values) implements Divisors {}

    /**
     * Longrope: one list up to the original context, another beyond it. Which one is decided by the context that the
     * engine is configured for, not by the tokens there are. Ding et al. 2024, arXiv 2402.13753.
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record ByContext(int originalContext, float[] shortValues, float[] longValues) implements Divisors {}
  }

  /**
   * Frequencies for an engine configured for {@code contextLength} tokens:
   * {@code f[i] = ratio^i / divisor[i]}, then times {@code scale}, or blended between both as yarn says. The ratio is {@code
   * base^(-2/dims)} rounded to a float, as in ggml: over long contexts the difference can be seen in logits.
   */
  public RopeSpec forContext(int contextLength) {
    var frequencies = new double[dims / 2];
    double ratio = (float) Math.pow(base, -2.0 / dims);
    float[] divide = divisors(contextLength);
    for (int i = 0; i < frequencies.length; i++) {
      double trained = Math.pow(ratio, i) / (divide.length == 0 ? 1 : divide[i]);
      double kept = yarn.isPresent() ? kept(yarn.get(), i) : 0;
      frequencies[i] = trained * scale * (1 - kept) + trained * kept;
    }
    return new RopeSpec(pairing, headDim, frequencies, (float) (attentionFactor * yarnMagnitude()));
  }

  /** Yarn lengthens the rotated values by the context that it adds. */
  private double yarnMagnitude() {
    return yarn.isPresent() ? 1 + 0.1 * Math.log(1 / scale) : 1;
  }

  /** The same positions, rotated values being as long as before. */
  public Rope unmagnified() {
    return new Rope(pairing, headDim, dims, base, scale, yarn, divisors, 1 / yarnMagnitude());
  }

  private float[] divisors(int contextLength) {
    return switch (divisors) {
      case Divisors.None none -> new float[0];
      case Divisors.Fixed fixed -> fixed.values();
      case Divisors.ByContext by -> contextLength > by.originalContext() ? by.longValues() : by.shortValues();
    };
  }

  /** How much of pair {@code i}'s frequency stays as trained, 0 to 1. */
  private double kept(Yarn yarn, int i) {
    double fast = pairThatTurns(yarn.betaFast(), yarn.originalContext());
    double slow = pairThatTurns(yarn.betaSlow(), yarn.originalContext());
    double low = Math.max(0, yarn.wholePairs() ? Math.floor(fast) : fast);
    double high = Math.min(dims - 1, yarn.wholePairs() ? Math.ceil(slow) : slow);
    double ramp = (i - low) / Math.max(0.001, high - low);
    return 1 - Math.clamp(ramp, 0.0, 1.0);
  }

  /** The (fractional) pair that makes {@code turns} full turns within the original context. */
  private double pairThatTurns(double turns, int originalContext) {
    return dims * Math.log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }
}
