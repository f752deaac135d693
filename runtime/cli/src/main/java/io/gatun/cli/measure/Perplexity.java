package io.gatun.cli.measure;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Progress;
import io.gatun.engine.Engine;
import io.gatun.engine.LogitsRows;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well a model predicts a text: {@code exp} of the mean negative log-likelihood of the tokens in the second half of
 * each chunk. The procedure is llama-perplexity's, so that figures compare.
 *
 * @param context tokens per chunk
 * @param textTokens tokens of the whole text
 * @param chunkNll sum of the negative log-likelihoods of each chunk, in nats
 * @param scored how many tokens were scored
 * @param meanNll of these, in nats
 * @param deviation standard error of {@code meanNll}
 * @param divergence from a base, if one was given
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Perplexity(
    int context,
    int textTokens,
    double[] chunkNll,
    long scored,
    double meanNll,
    double deviation,
    Optional<Divergence> divergence) {

  /**
   * Scores a text.
   *
   * @param engine with a context of at least {@code context}
   * @param text of at least one chunk
   * @param context tokens per chunk
   * @param save where to write the log-probabilities of the scored positions
   * @param base log-probabilities written so before, to measure the divergence from
   * @throws io.gatun.cli.terminal.UsageException if the text is too short, or the base was made from another text,
   *     context or vocabulary
   * @throws io.gatun.tensors.FormatException if the base is damaged, or logits are not finite
   */
  public static Perplexity of(
      Console console, Engine engine, String text, int context, Optional<Path> save, Optional<Path> base) {
    Chunks chunks = Chunks.of(text, engine.model().tokenizer(), context);
    SavedLogits header = SavedLogits.of(chunks, engine.model().spec().vocabSize());
    try (var reader = base.isPresent() ? LogitsReader.open(base.get(), header) : null;
        var writer = save.isPresent() ? LogitsWriter.create(save.get(), header) : null;
        var progress = Progress.on(console, "scoring " + chunks.count() + " chunks")) {
      var scoring = new Scoring(chunks, reader, writer);
      long begin = System.nanoTime();
      for (int i = 0; i < chunks.count(); i++) {
        scoring.score(engine, i);
        progress.say(scoring.status(i + 1, System.nanoTime() - begin));
      }
      return scoring.result();
    }
  }

  /** {@code exp(meanNll)}. */
  public double perplexity() {
    return Math.exp(meanNll);
  }

  /** Standard error of {@link #perplexity}: {@code deviation · perplexity}. */
  public double standardError() {
    return deviation * perplexity();
  }

  private static final class Scoring {
    private final Chunks chunks;
    private final @Nullable LogitsReader base;
    private final @Nullable LogitsWriter save;
    private final double[] chunkNll;
    private final Divergence.Tally tally = new Divergence.Tally();
    private long scored;
    private double sum;
    private double squares;

    Scoring(Chunks chunks, @Nullable LogitsReader base, @Nullable LogitsWriter save) {
      this.chunks = chunks;
      this.base = base;
      this.save = save;
      chunkNll = new double[chunks.count()];
    }

    void score(Engine engine, int index) {
      int[] tokens = chunks.chunk(index);
      engine.logits(
          tokens,
          LogitsRows.ALL,
          (position, logits) -> {
            if (position >= chunks.firstScored() && position < tokens.length - 1) {
              add(index, logits, tokens[position + 1]);
            }
          });
    }

    private void add(int chunk, float[] logits, int target) {
      double logSum = LogSoftmax.logSum(logits);
      double nll = logSum - logits[target];
      chunkNll[chunk] += nll;
      sum += nll;
      squares += nll * nll;
      scored++;
      if (base != null) {
        tally.add(base.next(), logits, logSum);
      }
      if (save != null) {
        save.append(logits, logSum);
      }
    }

    String status(int done, long nanos) {
      double secondsLeft = nanos / 1e9 / done * (chunks.count() - done);
      return String.format(
          Locale.ROOT, "chunk %d of %d, perplexity %.4f, %.0f s left", done, chunks.count(), Math.exp(sum / scored), secondsLeft);
    }

    Perplexity result() {
      double mean = sum / scored;
      double variance = Math.max(0, squares / scored - mean * mean);
      double deviation = scored > 1 ? Math.sqrt(variance / (scored - 1)) : 0;
      return new Perplexity(
          chunks.context(),
          chunks.tokens().length,
          Arrays.copyOf(chunkNll, chunkNll.length),
          scored,
          mean,
          deviation,
          base == null ? Optional.empty() : Optional.of(tally.result()));
    }
  }
}
