package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.SamplerStep.Dry;
import io.gatun.engine.SamplerStep.Penalties;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopNSigma;
import io.gatun.engine.SamplerStep.TypicalP;
import io.gatun.engine.SamplerStep.Xtc;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings by name. */
class SamplingParameterTest {

  @Test
  void eachSetsItsOwn() {
    Sampling sampling = Sampling.defaults();
    String[][] settings = {
      {"temp", "0.7"}, {"top-k", "5"}, {"top_p", "0.5"}, {"min_p", "0.1"}, {"typical", "0.6"}, {"top_nsigma", "1.5"},
      {"xtc_probability", "0.3"}, {"xtc_threshold", "0.2"}, {"dynatemp_range", "0.4"}, {"dynatemp_exp", "2"},
      {"repeat_penalty", "1.1"}, {"repeat_last_n", "32"}, {"presence_penalty", "-0.5"}, {"frequency_penalty", "0.25"},
      {"dry_multiplier", "0.8"}, {"dry_base", "1.5"}, {"dry_allowed_length", "3"}, {"dry_penalty_last_n", "100"},
      {"dry_sequence_breaker", "\\n"}, {"mirostat", "2"}, {"mirostat_ent", "4"}, {"mirostat_lr", "0.2"},
      {"min_keep", "2"}, {"samplers", "top_k;temp"}, {"logit_bias", "5=-1.5,7+2,9:-inf"}, {"n_probs", "3"},
      {"SEED", "42"}, {"max_tokens", "17"}, {"stop", "\n"}, {"ignore-eos", "true"},
      {"spec-type", "ngram-simple"}, {"draft_adaptive", "false"}, {"draft-n", "9"}, {"draft-n-min", "2"},
      {"spec_draft_p_min", "0.25"}
    };
    for (String[] setting : settings) {
      sampling = named(setting[0]).set(sampling, setting[1]);
    }
    SamplerChain chain = sampling.chain();
    assertEquals(new Temperature(0.7, 0.4, 2), chain.setting(Temperature.class));
    assertEquals(5, sampling.topK());
    assertEquals(0.5, sampling.topP());
    assertEquals(0.1, sampling.minP());
    assertEquals(new TypicalP(0.6), chain.setting(TypicalP.class));
    assertEquals(new TopNSigma(1.5), chain.setting(TopNSigma.class));
    assertEquals(new Xtc(0.3, 0.2), chain.setting(Xtc.class));
    assertEquals(new Penalties(32, 1.1, 0.25, -0.5), chain.setting(Penalties.class));
    assertEquals(new Dry(0.8, 1.5, 3, 100, List.of("\n")), chain.setting(Dry.class));
    assertEquals(new Mirostat(Mirostat.Version.TWO, 4, 0.2), chain.mirostat());
    assertEquals(2, chain.minKeep());
    assertEquals(List.of(SamplerKind.TOP_K, SamplerKind.TEMPERATURE), chain.order());
    assertEquals(Map.of(5, -1.5, 7, 2.0, 9, Double.NEGATIVE_INFINITY), sampling.bias());
    assertEquals(OptionalInt.of(3), sampling.logprobs());
    assertEquals(OptionalLong.of(42), sampling.seed());
    assertEquals(17, sampling.maxTokens().orElseThrow());
    assertEquals(List.of("\n"), sampling.stops());
    assertEquals(Stopping.EndOfText.BANNED, sampling.stopping().endOfText());
    assertEquals(
        new Speculation(Speculation.Method.NGRAM, Speculation.Length.LONGEST, 9, 2, 0.25), sampling.speculation());
    assertEquals(SamplingParameters.all().size(), settings.length);
  }

  @Test
  void llamaCppsDefaults() {
    Map<String, List<String>> defaults =
        Map.ofEntries(
            Map.entry("temperature", List.of("0.8")), Map.entry("top_k", List.of("40")),
            Map.entry("top_p", List.of("0.95")), Map.entry("min_p", List.of("0.05")),
            Map.entry("typical_p", List.of("1.0")), Map.entry("top_n_sigma", List.of("-1.0")),
            Map.entry("xtc_probability", List.of("0.0")), Map.entry("xtc_threshold", List.of("0.1")),
            Map.entry("dynatemp_range", List.of("0.0")), Map.entry("dynatemp_exponent", List.of("1.0")),
            Map.entry("repeat_penalty", List.of("1.0")), Map.entry("repeat_last_n", List.of("64")),
            Map.entry("presence_penalty", List.of("0.0")), Map.entry("frequency_penalty", List.of("0.0")),
            Map.entry("dry_multiplier", List.of("0.0")), Map.entry("dry_base", List.of("1.75")),
            Map.entry("dry_allowed_length", List.of("2")), Map.entry("dry_penalty_last_n", List.of("-1")),
            Map.entry("dry_sequence_breakers", List.of("\\n", ":", "\"", "*")),
            Map.entry("mirostat", List.of("0")), Map.entry("mirostat_tau", List.of("5.0")),
            Map.entry("mirostat_eta", List.of("0.1")), Map.entry("min_keep", List.of("0")),
            Map.entry("logit_bias", List.of()), Map.entry("seed", List.of("-1")),
            Map.entry("num_predict", List.of("-1")), Map.entry("stop", List.of()),
            Map.entry("ignore_eos", List.of("false")), Map.entry("logprobs", List.of("-1")),
            Map.entry("speculate", List.of("auto")), Map.entry("draft_adaptive", List.of("true")),
            Map.entry("draft_max", List.of("16")), Map.entry("draft_min", List.of("0")),
            Map.entry("draft_p_min", List.of("0.75")),
            Map.entry(
                "samplers",
                List.of(
                    "penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature")));
    defaults.forEach((name, values) -> assertEquals(values, named(name).values(Sampling.defaults()), name));
    assertEquals(SamplingParameters.all().size(), defaults.size());
  }

  @ParameterizedTest
  @MethodSource("io.gatun.engine.SamplingParameters#all")
  void whatIsShownCanBeSet(SamplingParameter parameter) {
    Sampling changed =
        Sampling.defaults().stop("a;b", "c").logitBias(3, -2.5).logitBias(4, Double.NEGATIVE_INFINITY).seed(9).logprobs(2);
    for (Sampling sampling : List.of(Sampling.defaults(), changed)) {
      assertEquals(sampling, parameter.set(sampling, parameter.values(sampling)), parameter.id());
    }
  }

  @Test
  void namesAreTheirOwn() {
    var names = new HashSet<String>();
    for (SamplingParameter parameter : SamplingParameters.all()) {
      assertTrue(names.add(parameter.id()), parameter.id());
      parameter.aliases().forEach(alias -> assertTrue(names.add(alias), alias));
      assertFalse(parameter.description().endsWith("."), parameter.id());
    }
    assertTrue(SamplingParameters.named("temperatur").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "temperature, warm, temperature 'warm': expected a number",
    "temperature, -1, temperature -1.0: expected 0 or more",
    "temperature, NaN, temperature NaN: expected 0 or more",
    "top_k, 1.5, top_k '1.5': expected a whole number",
    "top_k, 99999999999, top_k '99999999999': expected a whole number from -2147483648 to 2147483647",
    "top_k, -1, top_k -1: expected 0 or more",
    "typical_p, 0, typical_p 0.0: expected above 0 and at most 1",
    "xtc_probability, 2, xtc_probability 2.0: expected 0 to 1",
    "repeat_penalty, 0, repeat_penalty 0.0: expected above 0",
    "repeat_last_n, -2, 'repeat_last_n -2: expected 0 or more, or -1 for all'",
    "dry_base, 0.5, dry_base 0.5: expected 1.0 or more",
    "dry_allowed_length, 0, dry_allowed_length 0: expected 1 or more",
    "mirostat, 3, 'mirostat ''3'': expected 0, 1 or 2'",
    "ignore_eos, yes, ignore_eos 'yes': expected true or false",
    "logit_bias, 5, 'logit_bias ''5'': expected token=bias, as 29871=-1.5 or 29871=-inf'",
    "logit_bias, 5=x, logit_bias 'x': expected a number",
    "logprobs, -2, logprobs -2: expected 0 or more",
    "presence_penalty, -inf, presence_penalty -Infinity: expected a finite number"
  })
  void wrongValuesAreNamed(String name, String value, String message) {
    var error = assertThrows(IllegalArgumentException.class, () -> named(name).set(Sampling.defaults(), value));
    assertEquals(message, error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"top_q", "top_k;top_k"})
  void wrongOrdersAreRefused(String order) {
    assertThrows(IllegalArgumentException.class, () -> named("samplers").set(Sampling.defaults(), order));
  }

  @Test
  void aSingleValueIsNoList() {
    assertThrows(IllegalArgumentException.class, () -> named("top_k").set(Sampling.defaults(), List.of("1", "2")));
    assertThrows(IllegalArgumentException.class, () -> named("top_k").set(Sampling.defaults(), List.of()));
    assertEquals(List.of(), named("stop").set(Sampling.defaults().stop("x"), "").stops());
    assertEquals(List.of(), named("samplers").set(Sampling.defaults(), "").chain().order());
  }

  @Test
  void copiesLeaveTheOriginal() {
    Sampling sampling = Sampling.defaults();
    SamplingParameters.all().forEach(parameter -> parameter.set(sampling, parameter.values(sampling)));
    assertNotEquals(sampling, sampling.topK(1));
    assertEquals(Sampling.defaults(), sampling);
  }

  private static SamplingParameter named(String name) {
    return SamplingParameters.named(name).orElseThrow();
  }
}
