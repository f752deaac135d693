package io.gatun.conformance;

import java.util.Optional;

/**
 * One thing to verify. Immutable; may be run any number of times, by one thread at a time.
 *
 * @param body throws an {@link AssertionError} that says what is wrong
 */
public record Check(String name, Runnable body) {

  /** @throws AssertionError if the contract is broken */
  public void verify() {
    body.run();
  }

  /** Empty, or what is wrong: the assertion that failed, or what was thrown instead. */
  public Optional<String> fault() {
    try {
      verify();
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of("%s: %s".formatted(name, e.getMessage()));
    } catch (RuntimeException | LinkageError e) {
      return Optional.of("%s: threw %s".formatted(name, e));
    }
  }
}
