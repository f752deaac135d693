package io.gatun.engine;

import io.gatun.engine.SamplerStep.MinP;
import io.gatun.engine.SamplerStep.Penalties;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopK;
import io.gatun.engine.SamplerStep.TopNSigma;
import io.gatun.engine.SamplerStep.TopP;
import io.gatun.engine.SamplerStep.TypicalP;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How tokens are chosen, when to stop, and how they are guessed ahead. Immutable; each method named as a setting
 * returns a changed copy, and throws an {@link IllegalArgumentException} that names the setting for a value out of its
 * range.
 *
 * <p>For each token, biases are added to the logits, then the user's processors change them, then the chain reduces
 * them to the candidates of a draw. {@link SamplingParameters} names all settings.
 *
 * @param chain from logits to a token
 * @param stopping when to end
 * @param seed of the draws; empty for a random one
 * @param bias added to the logits of tokens; negative infinity bans
 * @param processors the user's own, in order
 * @param logprobs for how many of the likeliest tokens log-probabilities are reported, besides the chosen one; empty
 *     reports none
 * @param speculation how tokens are guessed ahead, which changes no result
 */
public record Sampling(
    SamplerChain chain,
    Stopping stopping,
    OptionalLong seed,
    Map<Integer, Double> bias,
    List<LogitsProcessor> processors,
    OptionalInt logprobs,
    Speculation speculation) {

  /** @throws IllegalArgumentException for a value out of its range, naming it */
  public Sampling {
    bias = Map.copyOf(bias);
    processors = List.copyOf(processors);
    bias.forEach(
        (id, value) -> {
          Require.that(id >= 0, "logit_bias of token", id, "an id, 0 or more");
          Require.that(value < Double.POSITIVE_INFINITY, "logit_bias of token " + id, value, "a number or -inf");
        });
    Require.that(logprobs.orElse(0) >= 0, "logprobs", logprobs.orElse(0), "0 or more");
  }

  /** Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, a random seed; until the end of text. */
  public static Sampling defaults() {
    return new Sampling(
        SamplerChain.standard(), Stopping.standard(), OptionalLong.empty(), Map.of(), List.of(), OptionalInt.empty(),
        Speculation.standard());
  }

  /** Always the most likely token. */
  public static Sampling greedy() {
    return defaults().temperature(0);
  }

  // ---- the whole of a part

  public Sampling chain(SamplerChain value) {
    return new Sampling(value, stopping, seed, bias, processors, logprobs, speculation);
  }

  /** These steps in this order and nothing else. */
  public Sampling chain(SamplerStep... steps) {
    return chain(SamplerChain.of(steps).mirostat(chain.mirostat()).minKeep(chain.minKeep()));
  }

  /** With another setting of one kind of step; the order stays. */
  public Sampling with(SamplerStep step) {
    return chain(chain.with(step));
  }

  public Sampling stopping(Stopping value) {
    return new Sampling(chain, value, seed, bias, processors, logprobs, speculation);
  }

  // ---- single steps

  public double temperature() {
    return chain.setting(Temperature.class).value();
  }

  public Sampling temperature(double value) {
    Temperature now = chain.setting(Temperature.class);
    return with(new Temperature(value, now.range(), now.exponent()));
  }

  public int topK() {
    return chain.setting(TopK.class).k();
  }

  public Sampling topK(int value) {
    return with(new TopK(value));
  }

  public double topP() {
    return chain.setting(TopP.class).p();
  }

  public Sampling topP(double value) {
    return with(new TopP(value));
  }

  public double minP() {
    return chain.setting(MinP.class).p();
  }

  public Sampling minP(double value) {
    return with(new MinP(value));
  }

  public Sampling typicalP(double value) {
    return with(new TypicalP(value));
  }

  public Sampling topNSigma(double value) {
    return with(new TopNSigma(value));
  }

  public Sampling repeatPenalty(double value) {
    return with(chain.setting(Penalties.class).repeat(value));
  }

  public Sampling frequencyPenalty(double value) {
    return with(chain.setting(Penalties.class).frequency(value));
  }

  public Sampling presencePenalty(double value) {
    return with(chain.setting(Penalties.class).presence(value));
  }

  // ---- draws and logits

  public Sampling seed(long value) {
    return seed(OptionalLong.of(value));
  }

  /** @param value empty for a random one */
  public Sampling seed(OptionalLong value) {
    return new Sampling(chain, stopping, value, bias, processors, logprobs, speculation);
  }

  /** Adds a bias to a token's logit; negative infinity bans it. */
  public Sampling logitBias(int id, double value) {
    var changed = new HashMap<>(bias);
    changed.put(id, value);
    return logitBias(changed);
  }

  /** These biases in place of those before. */
  public Sampling logitBias(Map<Integer, Double> value) {
    return new Sampling(chain, stopping, seed, value, processors, logprobs, speculation);
  }

  /** Adds a processor. */
  public Sampling processor(LogitsProcessor processor) {
    return new Sampling(chain, stopping, seed, bias, joined(processors, List.of(processor)), logprobs, speculation);
  }

  /** Reports log-probabilities of the chosen token and of the {@code top} likeliest ones, see {@link TokenLogprobs}. */
  public Sampling logprobs(int top) {
    return logprobs(OptionalInt.of(top));
  }

  /** @param top empty reports none */
  public Sampling logprobs(OptionalInt top) {
    return new Sampling(chain, stopping, seed, bias, processors, top, speculation);
  }

  /** Guesses tokens ahead in this way. */
  public Sampling speculation(Speculation value) {
    return new Sampling(chain, stopping, seed, bias, processors, logprobs, value);
  }

  // ---- stopping

  public Optional<Integer> maxTokens() {
    return stopping.maxTokens();
  }

  public Sampling maxTokens(int value) {
    return maxTokens(Optional.of(value));
  }

  /** @param value empty until the end of text or of the context */
  public Sampling maxTokens(Optional<Integer> value) {
    return stopping(stopping.maxTokens(value));
  }

  public List<String> stops() {
    return stopping.texts();
  }

  /** These stop texts in place of those before. */
  public Sampling stops(List<String> texts) {
    return stopping(stopping.texts(texts));
  }

  /** Adds stop texts. */
  public Sampling stop(String... texts) {
    return stops(joined(stops(), List.of(texts)));
  }

  public List<Integer> stopTokens() {
    return stopping.tokens();
  }

  /** Adds a stop token. */
  public Sampling stopToken(int id) {
    return stopping(stopping.tokens(joined(stopTokens(), List.of(id))));
  }

  /** Never chooses the model's end-of-generation tokens. */
  public Sampling ignoreEos() {
    return stopping(stopping.endOfText(Stopping.EndOfText.BANNED));
  }

  public Optional<Duration> deadline() {
    return stopping.deadline();
  }

  public Sampling deadline(Duration value) {
    return stopping(stopping.deadline(value));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    var all = new ArrayList<T>(first);
    all.addAll(second);
    return all;
  }
}
