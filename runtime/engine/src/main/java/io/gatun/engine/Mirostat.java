package io.gatun.engine;

/**
 * Steers the surprise of the text, in bits per token, towards a target, in place of the steps that remove candidates: of
 * the chain only penalties, DRY and temperature stay. Basu et al. 2020, arXiv 2007.14966.
 *
 * <p>The limit μ starts at 2·tau; after each token, μ → μ − eta · (surprise − tau), the surprise −log₂ of the probability
 * that the token was drawn with.
 *
 * @param version which algorithm
 * @param tau the target, in bits
 * @param eta how fast μ follows
 */
public record Mirostat(Version version, double tau, double eta) {

  /** Which algorithm. */
  public enum Version {
    /** None: a plain draw. */
    OFF,
    /**
     * Top-k, with k from μ and from the exponent of a Zipf distribution that is estimated from the 100 most likely
     * candidates.
     */
    ONE,
    /** Keeps candidates of at most μ bits of surprise, at least one. */
    TWO
  }

  /** Off; tau 5 and eta 0.1 for when it is switched on. */
  public static final Mirostat OFF = new Mirostat(Version.OFF, 5, 0.1);

  public Mirostat {
    Require.atLeast(0, tau, "mirostat_tau");
    Require.atLeast(0, eta, "mirostat_eta");
  }

  public Mirostat version(Version value) {
    return new Mirostat(value, tau, eta);
  }

  public Mirostat tau(double value) {
    return new Mirostat(version, value, eta);
  }

  public Mirostat eta(double value) {
    return new Mirostat(version, tau, value);
  }
}
