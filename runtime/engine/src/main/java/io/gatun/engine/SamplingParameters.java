package io.gatun.engine;

import io.gatun.engine.SamplerStep.Dry;
import io.gatun.engine.SamplerStep.Penalties;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopNSigma;
import io.gatun.engine.SamplerStep.TypicalP;
import io.gatun.engine.SamplerStep.Xtc;
import io.gatun.engine.SamplingParameter.Shape;
import io.gatun.engine.Stopping.EndOfText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The catalogue of what a {@link Sampling} can be told by name, for command lines, files and interactive settings. Names
 * are those of llama.cpp's server, aliases those of its options and of Ollama and OpenAI. Immutable, thread-safe.
 */
public final class SamplingParameters {
  private static final List<SamplingParameter> ALL =
      List.of(
          one(
              "temperature", "temp", "X", "0 always takes the most likely token", s -> real(s.temperature()),
              (s, v) -> s.temperature(v.real())),
          one(
              "top_k", "", "N", "draw from the N most likely tokens; 0 for all", s -> whole(s.topK()),
              (s, v) -> s.topK(v.whole())),
          one(
              "top_p", "", "X", "draw from the likeliest tokens that make up X of the probability; 1 for all",
              s -> real(s.topP()), (s, v) -> s.topP(v.real())),
          one(
              "min_p", "", "X", "draw from tokens at least X times as likely as the likeliest; 0 for all",
              s -> real(s.minP()),
              (s, v) -> s.minP(v.real())),
          one(
              "typical_p", "typical typ_p", "X", "draw from the most typical tokens that make up X of the probability; 1 for all",
              s -> real(s.chain().setting(TypicalP.class).p()), (s, v) -> s.typicalP(v.real())),
          one(
              "top_n_sigma", "top_nsigma", "X", "draw from tokens within X standard deviations of the best logit; -1 for all",
              s -> real(s.chain().setting(TopNSigma.class).n()), (s, v) -> s.topNSigma(v.real())),
          one(
              "xtc_probability", "", "X", "how often to exclude the top choices; 0 for never",
              s -> real(xtc(s).probability()), (s, v) -> s.with(new Xtc(v.real(), xtc(s).threshold()))),
          one(
              "xtc_threshold", "", "X", "what a top choice is: a token of at least this probability",
              s -> real(xtc(s).threshold()), (s, v) -> s.with(new Xtc(xtc(s).probability(), v.real()))),
          one(
              "dynatemp_range", "", "X", "vary the temperature by up to X with the entropy; 0 for not",
              s -> real(cooling(s).range()),
              (s, v) -> s.with(new Temperature(s.temperature(), v.real(), cooling(s).exponent()))),
          one(
              "dynatemp_exponent", "dynatemp_exp", "X", "how the temperature follows the entropy",
              s -> real(cooling(s).exponent()),
              (s, v) -> s.with(new Temperature(s.temperature(), cooling(s).range(), v.real()))),
          one(
              "repeat_penalty", "repetition_penalty", "X", "divides the logits of tokens that occurred; 1 for none",
              s -> real(penalties(s).repeat()), (s, v) -> s.repeatPenalty(v.real())),
          one(
              "repeat_last_n", "penalty_last_n", "N", "tokens that penalties look back at; -1 for all",
              s -> whole(penalties(s).lastN()),
              (s, v) -> s.with(penalties(s).lastN(v.whole()))),
          one(
              "presence_penalty", "", "X", "lowers the logits of tokens that occurred; 0 for none",
              s -> real(penalties(s).presence()), (s, v) -> s.presencePenalty(v.real())),
          one(
              "frequency_penalty", "", "X", "lowers them by X for every occurrence; 0 for none",
              s -> real(penalties(s).frequency()), (s, v) -> s.frequencyPenalty(v.real())),
          one(
              "dry_multiplier", "", "X", "penalty for repeating a stretch of text; 0 for none",
              s -> real(dry(s).multiplier()),
              (s, v) -> s.with(dry(s).multiplier(v.real()))),
          one(
              "dry_base", "", "X", "how fast it grows with the stretch's length", s -> real(dry(s).base()),
              (s, v) -> s.with(dry(s).base(v.real()))),
          one(
              "dry_allowed_length", "", "N", "longest stretch without a growing penalty",
              s -> whole(dry(s).allowedLength()),
              (s, v) -> s.with(dry(s).allowedLength(v.whole()))),
          one(
              "dry_penalty_last_n", "", "N", "tokens that it looks back at; -1 for all", s -> whole(dry(s).lastN()),
              (s, v) -> s.with(dry(s).lastN(v.whole()))),
          list(
              "dry_sequence_breakers", "dry_sequence_breaker", "TEXT", "a text that no repeated stretch reaches over",
              s -> dry(s).breakers().stream().map(ParameterValue::escaped).toList(),
              (s, v) -> s.with(dry(s).breakers(v.unescaped()))),
          one(
              "mirostat", "", "0|1|2", "steer the surprise of the text with Mirostat 1 or 2",
              s -> ParameterValue.of(mirostat(s).version()), (s, v) -> mirostat(s, mirostat(s).version(v.mirostat()))),
          one(
              "mirostat_tau", "mirostat_ent", "X", "Mirostat's target, in bits per token", s -> real(mirostat(s).tau()),
              (s, v) -> mirostat(s, mirostat(s).tau(v.real()))),
          one(
              "mirostat_eta", "mirostat_lr", "X", "how fast Mirostat follows", s -> real(mirostat(s).eta()),
              (s, v) -> mirostat(s, mirostat(s).eta(v.real()))),
          one(
              "min_keep", "", "N", "tokens that typical_p, top_p, min_p and xtc leave at least",
              s -> whole(s.chain().minKeep()),
              (s, v) -> s.chain(s.chain().minKeep(v.whole()))),
          list(
              "samplers", "", "NAME;…", "which samplers to apply, in order",
              s -> s.chain().order().stream().map(SamplerKind::id).toList(),
              (s, v) -> s.chain(s.chain().order(v.samplers()))),
          list(
              "logit_bias", "", "ID=X", "adds X to the logit of a token; -inf bans it",
              s -> s.bias().entrySet().stream().map(entry -> entry.getKey() + "=" + real(entry.getValue())).sorted().toList(),
              (s, v) -> s.logitBias(v.biases())),
          one(
              "logprobs", "n_probs top_logprobs", "N", "log-probabilities of the chosen and the N likeliest tokens; -1 for none",
              s -> whole(s.logprobs().orElse(-1)), (s, v) -> s.logprobs(v.wholeUnlessNegativeOne())),
          one(
              "seed", "", "N", "of the draws; -1 for a random one", s -> String.valueOf(s.seed().orElse(-1)),
              (s, v) -> s.seed(v.seed())),
          one(
              "num_predict", "max_tokens n_predict max_completion_tokens predict", "N",
              "most tokens to generate; -1 until the end of text or the context is full",
              s -> whole(s.maxTokens().orElse(-1)), (s, v) -> s.maxTokens(v.wholeUnlessNegativeOne().stream().boxed().findFirst())),
          list(
              "stop", "", "TEXT", "end at this text, which is not printed", Sampling::stops,
              (s, v) -> s.stops(v.texts())),
          one(
              "ignore_eos", "", "true|false", "never choose the model's end-of-text tokens",
              s -> String.valueOf(s.stopping().endOfText() == EndOfText.BANNED),
              (s, v) -> s.stopping(s.stopping().endOfText(v.truth() ? EndOfText.BANNED : EndOfText.ENDS))),
          one(
              "speculate", "spec_type", "auto|ngram|none",
              "guess tokens ahead, which changes no result: by the draft model if there is one, or by what the last "
                  + "tokens were followed by before",
              s -> ParameterValue.of(s.speculation().method()),
              (s, v) -> s.speculation(s.speculation().method(v.method()))),
          one(
              "draft_max", "draft_n draft_n_max spec_draft_n_max", "N", "most tokens guessed at a time; 0 for none",
              s -> whole(s.speculation().max()), (s, v) -> s.speculation(s.speculation().max(v.whole()))),
          one(
              "draft_adaptive", "", "true|false", "guess fewer tokens where guesses are seldom right or do not pay",
              s -> String.valueOf(s.speculation().length() == Speculation.Length.ADAPTIVE),
              (s, v) ->
                  s.speculation(
                      s.speculation().length(v.truth() ? Speculation.Length.ADAPTIVE : Speculation.Length.LONGEST))),
          one(
              "draft_min", "draft_n_min spec_draft_n_min", "N", "fewer guesses at a time than N are dropped",
              s -> whole(s.speculation().min()), (s, v) -> s.speculation(s.speculation().min(v.whole()))),
          one(
              "draft_p_min", "spec_draft_p_min", "X",
              "the draft model guesses only tokens to which it gives this probability",
              s -> real(s.speculation().minProbability()),
              (s, v) -> s.speculation(s.speculation().minProbability(v.real()))));

  private SamplingParameters() {}

  /** All of them, in the order in which to list them. */
  public static List<SamplingParameter> all() {
    return ALL;
  }

  /** The parameter of that name or alias; case does not matter, nor whether words are joined by {@code _} or {@code -}. */
  public static Optional<SamplingParameter> named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT).replace('-', '_');
    return ALL.stream()
        .filter(parameter -> parameter.id().equals(wanted) || parameter.aliases().contains(wanted))
        .findFirst();
  }

  private static SamplingParameter one(
      String id,
      String aliases,
      String placeholder,
      String description,
      Function<Sampling, String> read,
      BiFunction<Sampling, ParameterValue, Sampling> write) {
    return new SamplingParameter(
        id, words(aliases), placeholder, description, Shape.ONE, sampling -> List.of(read.apply(sampling)), write);
  }

  private static SamplingParameter list(
      String id,
      String aliases,
      String placeholder,
      String description,
      Function<Sampling, List<String>> read,
      BiFunction<Sampling, ParameterValue, Sampling> write) {
    return new SamplingParameter(id, words(aliases), placeholder, description, Shape.LIST, read, write);
  }

  private static List<String> words(String aliases) {
    return aliases.isEmpty() ? List.of() : List.of(aliases.split(" "));
  }

  private static String real(double value) {
    return value == Double.NEGATIVE_INFINITY ? "-inf" : String.valueOf(value);
  }

  private static String whole(int value) {
    return String.valueOf(value);
  }

  private static Xtc xtc(Sampling sampling) {
    return sampling.chain().setting(Xtc.class);
  }

  private static Temperature cooling(Sampling sampling) {
    return sampling.chain().setting(Temperature.class);
  }

  private static Penalties penalties(Sampling sampling) {
    return sampling.chain().setting(Penalties.class);
  }

  private static Dry dry(Sampling sampling) {
    return sampling.chain().setting(Dry.class);
  }

  private static Mirostat mirostat(Sampling sampling) {
    return sampling.chain().mirostat();
  }

  private static Sampling mirostat(Sampling sampling, Mirostat mirostat) {
    return sampling.chain(sampling.chain().mirostat(mirostat));
  }
}
