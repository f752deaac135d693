package io.gatun.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.SamplerKind;
import io.gatun.engine.Sampling;
import io.gatun.engine.SamplingParameter;
import io.gatun.engine.SamplingParameters;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParametersTest {
  private final Parameters parameters = new Parameters(Sampling.defaults(), EngineOptions.defaults());

  @Test
  void everyNameIsShownAndWhatIsShownCanBeSet() {
    var shown = parameters.shown(9);
    assertEquals(Parameters.NAMES, List.copyOf(shown.keySet()));
    for (SamplingParameter parameter : SamplingParameters.all()) {
      if (parameter.shape() == SamplingParameter.Shape.ONE) {
        parameters.set(parameter.id(), Objects.requireNonNull(shown.get(parameter.id())));
      }
    }
    assertEquals(Sampling.defaults(), parameters.sampling());
  }

  @Test
  void namesReachTheirSettings() {
    parameters.set("temp", "0.5");
    parameters.set("repeat_penalty", "1.5");
    parameters.set("samplers", "top_k;temperature");
    parameters.set("num_ctx", "1");
    parameters.set("num_thread", "1");
    Sampling expected = Sampling.defaults().temperature(0.5).repeatPenalty(1.5);
    expected = expected.chain(expected.chain().order(List.of(SamplerKind.TOP_K, SamplerKind.TEMPERATURE)));
    assertEquals(expected, parameters.sampling());
    assertEquals(Optional.of(1), parameters.engineOptions().contextLength());
    assertEquals(1, parameters.engineOptions().deviceOptions().threads());
  }

  @Test
  void minusOneIsNone() {
    parameters.set("seed", "5");
    parameters.set("seed", "-1");
    parameters.set("num_predict", "5");
    parameters.set("num_predict", "-1");
    assertTrue(parameters.sampling().seed().isEmpty());
    assertTrue(parameters.sampling().maxTokens().isEmpty());
  }

  @Test
  void whatIsWrongIsSaidAndChangesNothing() {
    assertThrows(UsageException.class, () -> parameters.set("temperatur", "1"));
    assertThrows(IllegalArgumentException.class, () -> parameters.set("temperature", "warm"));
    assertThrows(IllegalArgumentException.class, () -> parameters.set("top_k", "1.5"));
    assertThrows(IllegalArgumentException.class, () -> parameters.set("top_k", "3000000000"));
    assertThrows(IllegalArgumentException.class, () -> parameters.set("min_p", "2"));
    assertEquals(Sampling.defaults(), parameters.sampling());
  }

  @Test
  void onlyContextAndThreadsNeedAnotherEngine() {
    assertEquals(Parameters.Effect.NEW_ENGINE, parameters.set("num_ctx", "1"));
    assertEquals(Parameters.Effect.NEW_ENGINE, parameters.set("num_thread", "1"));
    assertEquals(Parameters.Effect.NEXT_ANSWER, parameters.set("top_k", "1"));
  }
}
