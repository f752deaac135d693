package io.gatun.cpu;

import io.gatun.device.KernelCap;
import java.util.Optional;
import java.util.function.Function;
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
  private final @Nullable Candidate<K> weaker;
  private boolean isChecked;
  private Optional<String> fault = Optional.empty();

  private Candidate(
      String tier,
      KernelCap level,
      K kernel,
      String what,
      Function<K, Optional<String>> check,
      @Nullable Candidate<K> weaker) {
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
   * A better tier's kernel, before this one.
   *
   * @param what it computes, for notes
   * @param faultOf empty, or what is wrong with a kernel
   */
  Candidate<K> improvedBy(KernelTier better, K improved, String what, Function<K, Optional<String>> faultOf) {
    return new Candidate<>(better.name(), better.level(), improved, what, faultOf, this);
  }

  /** The strongest candidate that passes, itself or a weaker one; checks those that have not been. */
  synchronized Candidate<K> checked() {
    if (!isChecked) {
      fault = check.apply(kernel);
      isChecked = true;
    }
    return fault.isEmpty() || weaker == null ? this : weaker.checked();
  }

  /** The strongest candidate that is not known to fail. */
  synchronized Candidate<K> presumed() {
    return fault.isEmpty() || weaker == null ? this : weaker.presumed();
  }

  /** Why this or a weaker kernel is known to fail. */
  synchronized Optional<String> note() {
    Optional<String> others = weaker == null ? Optional.empty() : weaker.note();
    return fault
        .map(reason -> "%s %s not used: %s".formatted(tier, what, reason))
        .map(own -> others.map(other -> own + "; " + other).orElse(own))
        .or(() -> others);
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
