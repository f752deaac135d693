package io.gatun.engine;

import io.gatun.model.KvCache;
import io.gatun.text.DecodeOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A session over a cache of its own. */
final class CachedSession implements Session {
  private static final Set<DecodeOption> CONTINUATION =
      Set.of(DecodeOption.KEEP_PREFIX_SPACE, DecodeOption.NO_CLEAN_UP);
  private static final Set<DecodeOption> FRESH = Set.of(DecodeOption.NO_CLEAN_UP);

  private final Engine engine;
  private final KvCache cache;
  /** What the cache holds. */
  private int[] tokens;
  /** The tokens of answers given here by their text, since encoding a text again may give others. */
  private final Map<String, int[]> answers = new LinkedHashMap<>();

  /** What the tokens of a conversation under a chat template spell. */
  private Spoken spoken;

  private final String note;
  private int[] lastPrompt = new int[0];
  private @Nullable GenerationTask running;
  private boolean closed;

  /**
   * @param tokens that the cache holds
   * @param answers tokens of earlier answers by their text
   * @param spoken see {@link Spoken}
   * @param note that it was saved with
   */
  CachedSession(
      Engine engine, KvCache cache, int[] tokens, Map<String, int[]> answers, Spoken spoken, String note) {
    this.answers.putAll(answers);
    this.spoken = spoken;
    this.engine = engine;
    this.cache = cache;
    this.tokens = tokens;
    this.note = note;
  }

  @Override
  public synchronized Generation submit(Prompt prompt, Sampling sampling, Consumer<Piece> listener) {
    requireIdle();
    EncodedPrompt encoded = engine.encoder().encode(prompt, this::known, spoken);
    int[] ids = engine.checked(encoded.ids());
    lastPrompt = ids;
    spoken = encoded.spoken();
    // The last token is fed again if need be: its logits are not kept.
    int kept = cache.reusable(Math.min(Prefixes.common(ids, tokens), ids.length - 1));
    cache.truncate(kept);
    tokens = Arrays.copyOf(tokens, kept);
    running = engine.start(encoded, sampling, cache, listener, this::ended);
    return running;
  }

  @Override
  public synchronized Session fork() {
    requireIdle();
    return new CachedSession(engine, cache.fork(), tokens, answers, spoken, note);
  }

  @Override
  public synchronized void save(Path file, String text) throws IOException {
    requireIdle();
    engine.describe(tokens, answers, spoken, text).write(file, cache);
  }

  @Override
  public String note() {
    return note;
  }

  private void requireIdle() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (running != null && !running.isDone()) {
      throw new IllegalStateException("the session is generating already");
    }
  }

  @Override
  public int cachedTokens() {
    return tokens.length;
  }

  @Override
  public void close() {
    GenerationTask task;
    synchronized (this) {
      closed = true;
      task = running;
    }
    if (task != null) {
      engine.requireOtherThread();
      task.cancel();
      task.settle();
    }
    synchronized (this) {
      if (!engine.isClosed()) {
        cache.close();
      }
      tokens = new int[0];
    }
  }

  private int[] known(Message message) {
    int[] ids = message.role() == Role.ASSISTANT ? answers.get(message.text()) : null;
    return ids == null ? new int[0] : ids;
  }

  private void ended(int[] fed, Optional<Completion> answer) {
    int kept = cache.reusable(Math.min(fed.length, cache.length()));
    cache.truncate(kept);
    tokens = Arrays.copyOf(fed, kept);
    answer.ifPresent(this::remember);
  }

  @SuppressWarnings("ReferenceEquality") // there is one nothing
  private void remember(Completion answer) {
    var vocabulary = engine.model().tokenizer().vocabulary();
    int[] ids = answer.ids().stream().mapToInt(Integer::intValue).filter(id -> !vocabulary.isEndOfGeneration(id)).toArray();
    if (spoken != Spoken.NOTHING) {
      spoken = spoken.answered(ids, engine.model().tokenizer());
      return;
    }
    // A stop string's tokens are not part of the text, so such an answer is encoded from its text.
    if (spells(ids, CONTINUATION, answer.text()) || spells(ids, FRESH, answer.text())) {
      answers.put(answer.text(), ids);
    }
  }

  private boolean spells(int[] ids, Set<DecodeOption> options, String text) {
    byte[] spelled = engine.model().tokenizer().decode(ids, options);
    return text.equals(new String(spelled, StandardCharsets.UTF_8));
  }

  /** The tokens of the last prompt. */
  int[] lastPrompt() {
    return lastPrompt.clone();
  }
}
