package io.gatun.engine;

import java.util.List;

/**
 * A step from the model's distribution to the one that the token is drawn from: it changes logits or removes candidates.
 * Immutable values with no behaviour of their own: {@link Sampler} carries them out, in the order of a
 * {@link SamplerChain}. Every kind has a neutral value, which does nothing.
 *
 * <p>In the equations, l are the logits of the candidates left by the steps before, p their softmax (at the temperature
 * so far, 1 before the {@link Temperature} step).
 */
public sealed interface SamplerStep {

  /** Which kind it is. */
  SamplerKind kind();

  /** Whether it does nothing at all. */
  boolean isNeutral();

  /**
   * Makes tokens that occurred c times in the window less likely: l → l / repeat if l &gt; 0, l · repeat otherwise; then
   * l − c · frequency − presence. The window holds prompt and generated tokens. Repetition penalty: Keskar et al. 2019,
   * arXiv 1909.05858.
   *
   * @param lastN tokens in the window; 0 none, −1 all
   * @param repeat above 0; 1 is neutral
   * @param frequency 0 is neutral, negative encourages
   * @param presence 0 is neutral, negative encourages
   */
  record Penalties(int lastN, double repeat, double frequency, double presence) implements SamplerStep {
    public Penalties {
      Require.window(lastN, "repeat_last_n");
      Require.that(repeat > 0 && Double.isFinite(repeat), "repeat_penalty", repeat, "above 0");
      Require.finite(frequency, "frequency_penalty");
      Require.finite(presence, "presence_penalty");
    }

    public Penalties lastN(int value) {
      return new Penalties(value, repeat, frequency, presence);
    }

    public Penalties repeat(double value) {
      return new Penalties(lastN, value, frequency, presence);
    }

    public Penalties frequency(double value) {
      return new Penalties(lastN, repeat, value, presence);
    }

    public Penalties presence(double value) {
      return new Penalties(lastN, repeat, frequency, value);
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.PENALTIES;
    }

    @Override
    public boolean isNeutral() {
      return lastN == 0 || (repeat == 1 && frequency == 0 && presence == 0);
    }
  }

  /**
   * "Don't repeat yourself": if a token would continue a stretch of n ≥ allowedLength tokens that ends the text and
   * occurred before, followed by that token, then l → l − multiplier · base^(n − allowedLength), with the longest such n.
   * A match does not reach over a token that ends a sequence breaker, and such tokens are not penalized. Source: P. E.
   * Weidmann, text-generation-webui pull request 5677.
   *
   * @param multiplier 0 is neutral
   * @param base at least 1
   * @param allowedLength at least 1
   * @param lastN tokens looked at, prompt and generated; 0 none, −1 all
   * @param breakers texts; a token in which an occurrence of one ends is a breaking token
   */
  record Dry(double multiplier, double base, int allowedLength, int lastN, List<String> breakers)
      implements SamplerStep {

    /** A new line, a colon, a quotation mark, an asterisk. */
    public static final List<String> USUAL_BREAKERS = List.of("\n", ":", "\"", "*");

    public Dry {
      breakers = List.copyOf(breakers);
      Require.atLeast(0, multiplier, "dry_multiplier");
      Require.atLeast(1, base, "dry_base");
      Require.that(allowedLength >= 1, "dry_allowed_length", allowedLength, "1 or more");
      Require.window(lastN, "dry_penalty_last_n");
      Require.that(!breakers.contains(""), "dry_sequence_breakers", "an empty text", "at least one character");
    }

    /** Base 1.75, two tokens allowed, the whole text, the usual breakers. */
    public static Dry of(double multiplier) {
      return new Dry(multiplier, 1.75, 2, -1, USUAL_BREAKERS);
    }

    public Dry multiplier(double value) {
      return new Dry(value, base, allowedLength, lastN, breakers);
    }

    public Dry base(double value) {
      return new Dry(multiplier, value, allowedLength, lastN, breakers);
    }

    public Dry allowedLength(int value) {
      return new Dry(multiplier, base, value, lastN, breakers);
    }

    public Dry lastN(int value) {
      return new Dry(multiplier, base, allowedLength, value, breakers);
    }

    public Dry breakers(List<String> value) {
      return new Dry(multiplier, base, allowedLength, lastN, value);
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.DRY;
    }

    @Override
    public boolean isNeutral() {
      return multiplier == 0 || lastN == 0;
    }
  }

  /**
   * Keeps l ≥ max l − n·σ, σ the standard deviation of the logits (of the whole population, banned tokens left out).
   * Tang et al. 2024, arXiv 2411.07641.
   *
   * @param n 0 or less keeps all
   */
  record TopNSigma(double n) implements SamplerStep {
    public TopNSigma {
      Require.finite(n, "top_n_sigma");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.TOP_N_SIGMA;
    }

    @Override
    public boolean isNeutral() {
      return n <= 0;
    }
  }

  /**
   * Keeps the k most likely.
   *
   * @param k 0 keeps all
   */
  record TopK(int k) implements SamplerStep {
    public TopK {
      Require.that(k >= 0, "top_k", k, "0 or more");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.TOP_K;
    }

    @Override
    public boolean isNeutral() {
      return k == 0;
    }
  }

  /**
   * Keeps those whose information −ln p is nearest to the entropy Σ −p ln p: the smallest set, the nearest first, whose
   * probabilities sum to at least {@code p}. Meister et al. 2022, arXiv 2202.00666.
   *
   * @param p 1 keeps all
   */
  record TypicalP(double p) implements SamplerStep {
    public TypicalP {
      Require.that(p > 0 && p <= 1, "typical_p", p, "above 0 and at most 1");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.TYPICAL_P;
    }

    @Override
    public boolean isNeutral() {
      return p == 1;
    }
  }

  /**
   * Keeps the smallest set, the most likely first, whose probabilities sum to at least {@code p}. Holtzman et al. 2019,
   * arXiv 1904.09751.
   *
   * @param p 1 keeps all
   */
  record TopP(double p) implements SamplerStep {
    public TopP {
      Require.that(p > 0 && p <= 1, "top_p", p, "above 0 and at most 1");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.TOP_P;
    }

    @Override
    public boolean isNeutral() {
      return p == 1;
    }
  }

  /**
   * Keeps those at least {@code p} times as likely as the most likely one. Nguyen et al. 2024, arXiv 2407.01082.
   *
   * @param p 0 keeps all
   */
  record MinP(double p) implements SamplerStep {
    public MinP {
      Require.that(p >= 0 && p <= 1, "min_p", p, "0 to 1");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.MIN_P;
    }

    @Override
    public boolean isNeutral() {
      return p == 0;
    }
  }

  /**
   * "Exclude top choices": with a probability, removes all candidates of at least the threshold's probability but the
   * least likely of them. Source: P. E. Weidmann, text-generation-webui pull request 6335.
   *
   * @param probability 0 is neutral
   * @param threshold above 0.5 it is neutral: there are never two such candidates
   */
  record Xtc(double probability, double threshold) implements SamplerStep {
    public Xtc {
      Require.that(probability >= 0 && probability <= 1, "xtc_probability", probability, "0 to 1");
      Require.that(threshold >= 0 && threshold <= 1, "xtc_threshold", threshold, "0 to 1");
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.XTC;
    }

    @Override
    public boolean isNeutral() {
      return probability == 0 || threshold > 0.5;
    }
  }

  /**
   * Divides logits by a temperature T. 0 keeps only the most likely candidate, the lower id on ties. With a range the
   * temperature is dynamic: T = low + (high − low) · (H / ln count)^exponent, with low = max(0, value − range), high =
   * value + range, H the entropy Σ −p ln p and count the number of the candidates: the surer the model, the lower.
   *
   * @param value 1 is neutral; 0 is greedy whatever the range
   * @param range 0 for a fixed temperature
   * @param exponent 0 or more
   */
  record Temperature(double value, double range, double exponent) implements SamplerStep {
    public Temperature {
      Require.atLeast(0, value, "temperature");
      Require.atLeast(0, range, "dynatemp_range");
      Require.atLeast(0, exponent, "dynatemp_exponent");
    }

    /** A fixed one. */
    public static Temperature of(double value) {
      return new Temperature(value, 0, 1);
    }

    @Override
    public SamplerKind kind() {
      return SamplerKind.TEMPERATURE;
    }

    @Override
    public boolean isNeutral() {
      return value == 1 && range == 0;
    }
  }
}
