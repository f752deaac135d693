package io.gatun.cpu;

import io.gatun.device.KernelCap;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that computes once it has passed its self-check, which runs when the kernel is first needed; until then it is
 * presumed to pass. If it fails, the next weaker candidate is asked. Thread-safe.
 *
 * @param <K> the kernel's type
 */
final class Candidate<K> {
  private final String tier;
  private final KernelCap level;
  private final K kernel;
  private final String what;
  private final Function<K, Optional<String>> check;
  private final @Nullable Supplier<Candidate<K>> weaker;
  private @Nullable Candidate<K> next;
  private boolean isChecked;
  private Optional<String> fault = Optional.empty();

  private Candidate(
      String tier,
      KernelCap level,
      K kernel,
      String what,
      Function<K, Optional<String>> check,
      @Nullable Supplier<Candidate<K>> weaker) {
    this.tier = tier;
    this.level = level;
    this.kernel = kernel;
    this.what = what;
    this.check = check;
    this.weaker = weaker;
  }

  /** A scalar kernel, which needs no check. */
  static <K> Candidate<K> scalar(K kernel) {
    return new Candidate<>("scalar", KernelCap.SCALAR, kernel, "", _ -> Optional.empty(), null);
  }

  /**
   * A tier's kernel.
   *
   * @param what it computes, for notes
   * @param faultOf empty, or what is wrong with a kernel
   * @param weaker what is asked if it fails, and only then
   */
  static <K> Candidate<K> of(
      KernelTier tier, K kernel, String what, Function<K, Optional<String>> faultOf, Supplier<Candidate<K>> weaker) {
    return new Candidate<>(tier.name(), tier.level(), kernel, what, faultOf, weaker);
  }

  /** The strongest candidate that passes, itself or a weaker one; checks those that have not been. */
  synchronized Candidate<K> checked() {
    if (!isChecked) {
      fault = check.apply(kernel);
      isChecked = true;
    }
    return next().map(Candidate::checked).orElse(this);
  }

  /** The strongest candidate that is not known to fail. */
  synchronized Candidate<K> presumed() {
    return next().map(Candidate::presumed).orElse(this);
  }

  /** Who takes its place, if it is known to fail. */
  private Optional<Candidate<K>> next() {
    if (fault.isPresent() && next == null && weaker != null) {
      next = weaker.get();
    }
    return Optional.ofNullable(next);
  }

  /** Why this or a weaker kernel is known to fail. */
  synchronized Optional<String> note() {
    return fault.map(
        reason ->
            Stream.concat(
                    Stream.of("%s %s not used: %s".formatted(tier, what, reason)),
                    next().flatMap(Candidate::note).stream())
                .collect(Collectors.joining("; ")));
  }

  String tier() {
    return tier;
  }

  KernelCap level() {
    return level;
  }

  K kernel() {
    return kernel;
  }
}
