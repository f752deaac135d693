package io.gatun.engine;

import io.gatun.engine.Stopping.EndOfText;
import io.gatun.text.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Chooses the tokens of one text from logits: the same tokens for the same seed, logits and history, on any machine. Keeps
 * the state of its random numbers and of Mirostat, and its working memory; used by one thread.
 */
public final class Sampler {
  private static final TokenTexts UNKNOWN =
      new TokenTexts() {
        @Override
        public byte[] piece(int id) {
          throw new IllegalStateException("DRY's sequence breakers need a tokenizer: give one to the sampler");
        }

        @Override
        public Iterable<Integer> endOfGeneration() {
          throw new IllegalStateException("banning the end of text needs a tokenizer: give one to the sampler");
        }
      };

  private final List<LogitsProcessor> processors;
  private final List<SamplerStep> steps;
  private final int minKeep;
  private final int[] biased;
  private final double[] biases;
  private final RepetitionPenalties penalties;
  private final DryPenalties dry;
  private final TokenSelection selection;
  private final SplittableRandom random;
  private final Candidates candidates = new Candidates();

  /**
   * A sampler that knows no vocabulary: it refuses DRY with sequence breakers, and banning the end of text.
   *
   * @param sampling its seed and stops are not looked at
   * @param seed of the draws
   */
  public Sampler(Sampling sampling, long seed) {
    this(sampling, seed, UNKNOWN);
  }

  /**
   * A sampler for a model's tokens.
   *
   * @param sampling its seed and stops are not looked at, but for whether the end of text is banned
   * @param seed of the draws
   * @throws IllegalArgumentException if the sampling has a bias for a token that is not in the vocabulary
   */
  public Sampler(Sampling sampling, long seed, Tokenizer tokenizer) {
    this(sampling, seed, TokenTexts.of(tokenizer));
    int size = tokenizer.vocabulary().size();
    sampling.bias().keySet().forEach(id -> Require.that(id < size, "logit_bias of token", id, "an id below " + size));
  }

  Sampler(Sampling sampling, long seed, TokenTexts texts) {
    SamplerChain chain = sampling.chain();
    processors = sampling.processors();
    steps = chain.active();
    minKeep = chain.minKeep();
    Map<Integer, Double> bias = biases(sampling, texts);
    biased = bias.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    biases = new double[biased.length];
    for (int i = 0; i < biased.length; i++) {
      biases[i] = bias.getOrDefault(biased[i], 0.0);
    }
    penalties = new RepetitionPenalties(chain.setting(SamplerStep.Penalties.class));
    dry = new DryPenalties(chain.setting(SamplerStep.Dry.class), texts);
    selection = new TokenSelection(chain.mirostat());
    random = new SplittableRandom(seed);
  }

  private static Map<Integer, Double> biases(Sampling sampling, TokenTexts texts) {
    var biases = new HashMap<>(sampling.bias());
    if (sampling.stopping().endOfText() == EndOfText.BANNED) {
      texts.endOfGeneration().forEach(id -> biases.put(id, Double.NEGATIVE_INFINITY));
    }
    return biases;
  }

  /**
   * The next token.
   *
   * @param logits {@code [n_vocab]}; biases, processors and penalties change them
   * @param history the tokens so far, of the same text at every call
   * @throws IllegalStateException if biases and processors left no finite logit, or made one NaN or infinite
   */
  public int next(float[] logits, LogitsProcessor.History history) {
    for (int i = 0; i < biased.length; i++) {
      logits[biased[i]] = (float) (logits[biased[i]] + biases[i]);
    }
    for (LogitsProcessor processor : processors) {
      processor.process(logits, history);
    }
    requireChoice(logits);
    candidates.load(logits);
    for (int i = 0; i < steps.size(); i++) {
      apply(steps.get(i), history, logits.length);
    }
    return selection.next(candidates, random, logits.length);
  }

  private void apply(SamplerStep step, LogitsProcessor.History history, int vocabularySize) {
    switch (step) {
      case SamplerStep.Penalties _ -> penalties.apply(candidates, history, vocabularySize);
      case SamplerStep.Dry _ -> dry.apply(candidates, history, vocabularySize);
      case SamplerStep.TopNSigma sigma -> candidates.topNSigma(sigma.n());
      case SamplerStep.TopK top -> candidates.topK(top.k());
      case SamplerStep.TypicalP typical -> candidates.typicalP(typical.p(), minKeep);
      case SamplerStep.TopP top -> candidates.topP(top.p(), minKeep);
      case SamplerStep.MinP min -> candidates.minP(min.p(), minKeep);
      case SamplerStep.Xtc xtc -> {
        if (random.nextDouble() < xtc.probability()) {
          candidates.excludeTop(xtc.threshold(), minKeep);
        }
      }
      case SamplerStep.Temperature temperature -> cool(temperature);
    }
  }

  private void cool(SamplerStep.Temperature temperature) {
    double value = temperature.value();
    if (value > 0 && temperature.range() > 0) {
      double low = Math.max(0, value - temperature.range());
      double high = value + temperature.range();
      value = low + (high - low) * StrictMath.pow(candidates.relativeEntropy(), temperature.exponent());
    }
    if (value == 0) {
      candidates.keepBest();
    } else {
      candidates.cool(value);
    }
  }

  private static void requireChoice(float[] logits) {
    float best = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      if (!(logits[id] < Float.POSITIVE_INFINITY)) {
        throw new IllegalStateException("a logits processor made the logit of token %d %s".formatted(id, logits[id]));
      }
      best = Math.max(best, logits[id]);
    }
    if (best == Float.NEGATIVE_INFINITY) {
      throw new IllegalStateException("logits processors banned every token");
    }
  }
}
