package io.gatun.engine;

import io.gatun.model.Batch;
import io.gatun.model.KvCache;
import io.gatun.text.StreamDecoder;
import io.gatun.text.TokenType;
import io.gatun.text.Tokenizer;
import io.gatun.text.reply.ReplyPiece;
import io.gatun.text.reply.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A generation from prompt to completion. State belongs to the scheduler's thread, but for the latch and the flag. */
final class GenerationTask implements Task, SharedPrompt, Generation, LogitsProcessor.History {

  /** Told when it has ended, on the scheduler's thread, before anyone who waits for it. */
  interface Ending {

    /**
     * @param fedTokens whose keys and values are in the cache; none after a failure
     * @param answer what was generated, empty after a failure
     */
    void ended(int[] fedTokens, Optional<Completion> answer);
  }

  private final Tokenizer tokenizer;
  private final Sampling sampling;
  private final Sampler sampler;
  private final Optional<LogprobsRecorder> logprobs;
  private final long seed;
  private final StreamDecoder decoder;
  private final ReplyReader reader;
  private final Consumer<Piece> listener;
  private final KvCache cache;
  private final TrialCache trial;
  private final Draft draft;
  private final Ending ending;
  private final int promptSize;
  private final int[] prompt;
  private int cached;
  private final int maxTokens;

  private int[] tokens;
  private int size;
  private int fed;
  /** What was last fed: its first row, and where that stands; and how many tokens were known then. */
  private int firstRow;
  private int firstFed;
  private int known;
  private volatile PromptProgress progress;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<ToolCall> toolCalls = new ArrayList<>();
  /** Tokens whose log-probabilities the listener has. */
  private int reported;

  private final long submitted = System.nanoTime();
  private long started;
  private long firstToken;

  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean cancelled;
  private @Nullable Completion completion;
  private @Nullable Throwable failure;

  /**
   * @param encoded the prompt, at least one token more than the cache has
   * @param cache holds a prefix of the prompt
   * @param contextLength of prompt and completion together, at least the prompt's
   * @param drafter guesses for it
   */
  GenerationTask(
      Tokenizer tokenizer,
      EncodedPrompt encoded,
      Sampling sampling,
      long seed,
      KvCache cache,
      int contextLength,
      Drafter drafter,
      Consumer<Piece> listener,
      Ending ending) {
    this.tokenizer = tokenizer;
    this.sampling = sampling;
    this.seed = seed;
    this.sampler = new Sampler(sampling, seed, tokenizer);
    this.logprobs = sampling.logprobs().stream().mapToObj(LogprobsRecorder::new).findFirst();
    this.prompt = encoded.ids();
    this.reader = encoded.reader();
    this.decoder = decoder(tokenizer, prompt, sampling).rendering(reader.markers()::contains);
    this.listener = listener;
    this.cache = cache;
    this.trial = new TrialCache(cache);
    int vocabularySize = tokenizer.vocabulary().size();
    this.draft = new Draft(drafter, sampling.speculation(), this, id -> id < vocabularySize && !ends(id));
    this.ending = ending;
    promptSize = prompt.length;
    cached = cache.length();
    fed = cached;
    progress = new PromptProgress(promptSize, cached, cached);
    tokens = Arrays.copyOf(prompt, prompt.length + 64);
    size = promptSize;
    maxTokens = Math.min(sampling.maxTokens().orElse(Integer.MAX_VALUE), contextLength - promptSize);
  }

  /** After a control token a text begins, so the space that the tokenizer puts in front of texts is not part of it. */
  private static StreamDecoder decoder(Tokenizer tokenizer, int[] prompt, Sampling sampling) {
    boolean begins = tokenizer.vocabulary().type(prompt[prompt.length - 1]) == TokenType.CONTROL;
    return begins
        ? StreamDecoder.fresh(tokenizer, sampling.stops())
        : StreamDecoder.continuation(tokenizer, sampling.stops());
  }

  // ---- the scheduler's side

  @Override
  public int pending() {
    return isDone() ? 0 : size + draft.size() - fed;
  }

  @Override
  public boolean isDecoding() {
    return size > promptSize || pending() == 1;
  }

  @Override
  public Optional<Draft> draft() {
    boolean goesOn = size > promptSize && !isDone();
    return goesOn ? Optional.of(draft.upTo(maxTokens - (size - promptSize) - 1)) : Optional.empty();
  }

  @Override
  public Optional<SharedPrompt> sharedPrompt() {
    return Optional.of(this);
  }

  @Override
  public int[] tokens() {
    return prompt;
  }

  @Override
  public KvCache cache() {
    return cache;
  }

  @Override
  public void begin(KvCache other, int count) {
    if (count > cached) {
      cache.truncate(0);
      cache.share(other, count);
      cached = count;
      fed = count;
    }
  }

  @Override
  public void expire() {
    if (started == 0) {
      started = System.nanoTime();
    }
    if (cancelled) {
      finish(FinishReason.CANCELLED);
    } else if (sampling.deadline().isPresent() && since(submitted).compareTo(sampling.deadline().get()) >= 0) {
      finish(FinishReason.DEADLINE);
    } else if (maxTokens == 0) {
      finish(FinishReason.LENGTH);
    }
  }

  @Override
  public int feed(Batch batch, int count) {
    if (!progress.isDone()) {
      progress = new PromptProgress(promptSize, cached, fed); // what is fed now is computed before the next call
    }
    known = size;
    firstFed = fed;
    fed += count;
    trial.end();
    if (fed > size) {
      ensureCapacity(fed);
      draft.take(fed - size, tokens, size);
      trial.begin();
    }
    var logits = fed < size ? Batch.Logits.NONE : fed == size ? Batch.Logits.LAST : Batch.Logits.ALL;
    firstRow = batch.add(cache, tokens, firstFed, fed, logits);
    return firstRow;
  }

  @Override
  public boolean expects(int row) {
    int position = firstFed + row - firstRow;
    return !isDone() && position == size - 1 && position < fed;
  }

  @Override
  public void accept(int row, float[] logits) {
    if (size > known) {
      expire(); // as it could between two steps
    }
    if (isDone()) {
      return;
    }
    try {
      int token = next(logits);
      if (size == promptSize) {
        firstToken = System.nanoTime();
        progress = new PromptProgress(promptSize, cached, promptSize);
      }
      append(token);
      boolean ends = ends(token);
      if (!ends) {
        emit(reader.accept(decoder.accept(token)));
      }
      if (ends || decoder.stop().isPresent()) {
        finish(FinishReason.STOP);
      } else if (size - promptSize >= maxTokens) {
        finish(FinishReason.LENGTH);
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private boolean ends(int token) {
    return tokenizer.vocabulary().isEndOfGeneration(token) || sampling.stopTokens().contains(token);
  }

  private int next(float[] logits) {
    int known = Math.min(logits.length, tokenizer.vocabulary().size());
    Arrays.fill(logits, known, logits.length, Float.NEGATIVE_INFINITY); // rows that pad the table are no tokens
    if (logprobs.isEmpty()) {
      return sampler.next(logits, this);
    }
    logprobs.get().look(logits);
    int token = sampler.next(logits, this);
    logprobs.get().chosen(token);
    return token;
  }

  @Override
  public void fail(Throwable cause) {
    if (!isDone()) {
      failure = cause;
      end(new int[0]);
    }
  }

  private void finish(FinishReason reason) {
    if (isDone()) {
      return;
    }
    back();
    try {
      emit(reader.accept(decoder.finish()));
      emit(reader.finish());
      completion =
          new Completion(
              text.toString(), reasoning.toString(), toolCalls, generated(), reason, seed, stats(), logprobs(0));
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    end(Arrays.copyOf(tokens, cache.length()));
  }

  private void end(int[] fedTokens) {
    draft.end();
    trial.end();
    try {
      ending.ended(fedTokens, Optional.ofNullable(completion));
    } finally {
      done.countDown();
    }
  }

  /** What was guessed behind another token than this one has never been. */
  private void append(int token) {
    boolean guessed = fed > size;
    boolean right = guessed && tokens[size] == token;
    ensureCapacity(size + 1);
    tokens[size++] = token;
    if (guessed) {
      draft.judge(right ? DraftLength.Verdict.RIGHT : DraftLength.Verdict.WRONG);
    }
    if (!right) {
      back();
    }
  }

  /** The last token is not fed, and nothing behind it. */
  private void back() {
    trial.back(size - 1);
    fed = cache.length();
  }

  private void ensureCapacity(int count) {
    if (count > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(count, 2 * tokens.length));
    }
  }

  private void emit(List<ReplyPiece> pieces) {
    for (ReplyPiece piece : pieces) {
      switch (piece) {
        case ReplyPiece.Answer answer -> emit(answer.text(), Piece.Kind.ANSWER, text);
        case ReplyPiece.Reasoning thought -> emit(thought.text(), Piece.Kind.REASONING, reasoning);
        case ReplyPiece.Call asked -> toolCalls.add(asked.call());
      }
    }
  }

  private void emit(String piece, Piece.Kind kind, StringBuilder all) {
    if (!piece.isEmpty()) {
      all.append(piece);
      int count = size - promptSize;
      listener.accept(new Piece(piece, kind, count, logprobs(reported)));
      reported = count;
    }
  }

  private List<TokenLogprobs> logprobs(int from) {
    return logprobs.map(recorder -> recorder.from(from)).orElse(List.of());
  }

  private List<Integer> generated() {
    var ids = new ArrayList<Integer>(size - promptSize);
    for (int i = promptSize; i < size; i++) {
      ids.add(tokens[i]);
    }
    return ids;
  }

  private GenerationStats stats() {
    long now = System.nanoTime();
    long prefilled = firstToken == 0 ? now : firstToken;
    return new GenerationStats(
        promptSize,
        cached,
        size - promptSize,
        draft.drafted(),
        draft.accepted(),
        Duration.ofNanos(started - submitted),
        Duration.ofNanos(prefilled - started),
        Duration.ofNanos(now - prefilled),
        firstToken == 0 ? Duration.ZERO : Duration.ofNanos(firstToken - submitted));
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  // ---- what processors see

  @Override
  public int size() {
    return size;
  }

  @Override
  public int promptSize() {
    return promptSize;
  }

  @Override
  public int token(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("token %d of %d".formatted(index, size));
    }
    return tokens[index];
  }

  // ---- the caller's side

  @Override
  public Completion await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      cancel();
      settle();
      Thread.currentThread().interrupt();
    }
    Logits.rethrow(failure);
    return Objects.requireNonNull(completion);
  }

  /** Waits for the end, whatever it is. */
  void settle() {
    Waiting.uninterrupted(done::await);
  }

  @Override
  public PromptProgress prompt() {
    return progress;
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public boolean isDone() {
    return done.getCount() == 0;
  }
}
