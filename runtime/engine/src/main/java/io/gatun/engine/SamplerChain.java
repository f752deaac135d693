package io.gatun.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The steps from logits to a token, and their order. Immutable, data only. A kind that the order does not name is not
 * carried out, but keeps its setting for another order.
 *
 * @param settings one step of every kind, in the order of {@link SamplerKind}
 * @param order what is carried out, first to last; no kind twice
 * @param mirostat how the token is drawn
 * @param minKeep candidates that typical-p, top-p, min-p and XTC leave at least
 */
public record SamplerChain(List<SamplerStep> settings, List<SamplerKind> order, Mirostat mirostat, int minKeep) {
  private static final SamplerChain STANDARD =
      new SamplerChain(
          List.of(
              new SamplerStep.Penalties(64, 1, 0, 0),
              SamplerStep.Dry.of(0),
              new SamplerStep.TopNSigma(-1),
              new SamplerStep.TopK(40),
              new SamplerStep.TypicalP(1),
              new SamplerStep.TopP(0.95),
              new SamplerStep.MinP(0.05),
              new SamplerStep.Xtc(0, 0.1),
              SamplerStep.Temperature.of(0.8)),
          List.of(SamplerKind.values()),
          Mirostat.OFF,
          0);

  public SamplerChain {
    settings = List.copyOf(settings);
    order = List.copyOf(order);
    var kinds = settings.stream().map(SamplerStep::kind).toList();
    Require.that(
        kinds.equals(List.of(SamplerKind.values())), "sampler settings of", kinds, "one of each kind, in their order");
    Require.that(new HashSet<>(order).size() == order.size(), "samplers", order, "each at most once");
    Require.that(minKeep >= 0, "min_keep", minKeep, "0 or more");
  }

  /** Top-k 40, top-p 0.95, min-p 0.05, temperature 0.8; every other kind neutral. */
  public static SamplerChain standard() {
    return STANDARD;
  }

  /** These steps in this order and nothing else. */
  public static SamplerChain of(SamplerStep... steps) {
    SamplerChain chain = STANDARD;
    for (SamplerStep step : steps) {
      chain = chain.with(step);
    }
    return chain.order(Arrays.stream(steps).map(SamplerStep::kind).toList());
  }

  /** With another setting of its kind; the order stays. */
  public SamplerChain with(SamplerStep step) {
    var changed = settings.stream().map(setting -> setting.kind() == step.kind() ? step : setting).toList();
    return new SamplerChain(changed, order, mirostat, minKeep);
  }

  public SamplerChain order(List<SamplerKind> kinds) {
    return new SamplerChain(settings, kinds, mirostat, minKeep);
  }

  public SamplerChain mirostat(Mirostat value) {
    return new SamplerChain(settings, order, value, minKeep);
  }

  public SamplerChain minKeep(int value) {
    return new SamplerChain(settings, order, mirostat, value);
  }

  /** The setting of a kind. */
  public <S extends SamplerStep> S setting(Class<S> type) {
    return settings.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  /** What is to be done, first to last: without neutral steps, and without those that cannot change the result. */
  List<SamplerStep> active() {
    var steps = new ArrayList<SamplerStep>();
    for (SamplerKind kind : order) {
      SamplerStep step = setting(kind);
      if (!step.isNeutral() && !(removesCandidates(kind) && mirostat.version() != Mirostat.Version.OFF)) {
        steps.add(step);
      }
    }
    if (steps.stream().anyMatch(SamplerChain::isGreedy) && steps.stream().noneMatch(SamplerChain::removesTheBest)) {
      steps.removeIf(step -> removesCandidates(step.kind())); // the best one stays anyway
    }
    return steps;
  }

  private SamplerStep setting(SamplerKind kind) {
    return settings.stream().filter(step -> step.kind() == kind).findFirst().orElseThrow();
  }

  private static boolean isGreedy(SamplerStep step) {
    return step instanceof SamplerStep.Temperature temperature && temperature.value() == 0;
  }

  private static boolean removesTheBest(SamplerStep step) {
    return step.kind() == SamplerKind.TYPICAL_P || step.kind() == SamplerKind.XTC;
  }

  private static boolean removesCandidates(SamplerKind kind) {
    return switch (kind) {
      case TOP_N_SIGMA, TOP_K, TYPICAL_P, TOP_P, MIN_P, XTC -> true;
      case PENALTIES, DRY, TEMPERATURE -> false;
    };
  }
}
