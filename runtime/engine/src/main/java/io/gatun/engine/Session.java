package io.gatun.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A conversation's memory: it keeps the cache of its last generation, and the next one computes only what differs from
 * it. One generation at a time; another is an {@link IllegalStateException}. Thread-safe. Dies with its engine.
 */
public interface Session extends AutoCloseable {

  /** As {@link Engine#generate(Prompt, Sampling, Consumer)}; the prompt is the whole conversation so far. */
  default Completion generate(Prompt prompt, Sampling sampling, Consumer<Piece> listener) {
    return submit(prompt, sampling, listener).await();
  }

  /** As {@link Engine#submit}. */
  Generation submit(Prompt prompt, Sampling sampling, Consumer<Piece> listener);

  /** Another conversation that begins with all of this one, without computing or copying it. */
  Session fork();

  /**
   * Saves tokens and cache, for {@link Engine#restore}. The file is replaced in one step when all is written: a kill
   * leaves the old one or the new one.
   *
   * @param note of the caller's, for example the transcript
   * @throws IllegalStateException while it generates
   * @throws java.io.IOException if the file cannot be written
   */
  void save(Path file, String note) throws IOException;

  /** What {@link #save} was given when this session was saved; empty if it was not restored. */
  String note();

  /** Tokens in the cache. */
  int cachedTokens();

  /** Frees the cache. Idempotent. */
  @Override
  void close();
}
