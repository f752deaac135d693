package io.gatun.engine;

/**
 * How tokens are guessed ahead (speculative decoding). The model computes several guesses in one pass, its token is
 * drawn at each of them with the draws of any other generation, and guesses are kept as long as they are that token. So
 * a generation becomes faster where guesses are right, and never another one. Immutable.
 *
 * @param method who guesses
 * @param length how many tokens are guessed at a time
 * @param max most of them; 0 for none
 * @param min so few guesses are not worth to be computed: if there are fewer, they are dropped
 * @param minProbability a draft model stops before a token that is less likely than that, by itself
 */
public record Speculation(Method method, Length length, int max, int min, double minProbability) {

  /** Who guesses. */
  public enum Method {
    /** The engine's draft model; nobody if it has none. */
    AUTO,
    /** The text itself: it goes on as after an earlier occurrence of its last tokens (prompt lookup). */
    NGRAM,
    /** Nobody. */
    NONE
  }

  /** How many tokens are guessed at a time. */
  public enum Length {
    /**
     * As many as promise most tokens in a time, by how often guesses were right lately and by what the passes took;
     * where none pays, one is tried now and then.
     */
    ADAPTIVE,
    /** As many as there may be, whatever they cost: to measure with. */
    LONGEST
  }

  /** With a draft model if there is one, at most 16 tokens at a time, each with a probability of 0.75. */
  public static Speculation standard() {
    return new Speculation(Method.AUTO, Length.ADAPTIVE, 16, 0, 0.75);
  }

  /** From the text itself, at most 16 tokens at a time. */
  public static Speculation ngram() {
    return standard().method(Method.NGRAM);
  }

  /** Nothing is guessed. */
  public static Speculation none() {
    return standard().method(Method.NONE);
  }

  /** @throws IllegalArgumentException for a value out of its range, naming it */
  public Speculation {
    Require.that(max >= 0, "draft_max", max, "0 or more");
    Require.that(min >= 0, "draft_min", min, "0 or more");
    Require.that(minProbability >= 0 && minProbability <= 1, "draft_p_min", minProbability, "0 to 1");
  }

  public Speculation method(Method value) {
    return new Speculation(value, length, max, min, minProbability);
  }

  public Speculation length(Length value) {
    return new Speculation(method, value, max, min, minProbability);
  }

  public Speculation max(int value) {
    return new Speculation(method, length, value, min, minProbability);
  }

  public Speculation min(int value) {
    return new Speculation(method, length, max, value, minProbability);
  }

  public Speculation minProbability(double value) {
    return new Speculation(method, length, max, min, value);
  }
}
