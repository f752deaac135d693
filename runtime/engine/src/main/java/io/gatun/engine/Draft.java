package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The guesses that follow one text, and how those before did. Each step of the text opens it, lets its drafter add
 * guesses, and judges those that were computed. On the scheduler's thread.
 */
final class Draft {
  private final Drafter drafter;
  private final Speculation speculation;
  private final History text;
  private final IntPredicate useful;
  private final DraftLength length = new DraftLength();
  private int[] tokens = {};
  private int size;
  private int limit = Integer.MAX_VALUE;
  private int room;
  private boolean closed;
  private int drafted;
  private int accepted;

  /**
   * @param text that it follows; grows
   * @param useful whether a token, once chosen, is followed by another one
   */
  Draft(Drafter drafter, Speculation speculation, History text, IntPredicate useful) {
    this.drafter = drafter;
    this.speculation = speculation;
    this.text = text;
    this.useful = useful;
  }

  Drafter drafter() {
    return drafter;
  }

  History text() {
    return text;
  }

  /** See {@link Speculation#minProbability}. */
  double minProbability() {
    return speculation.minProbability();
  }

  /** Limits the guesses to those that are good for anything. */
  Draft upTo(int count) {
    limit = count;
    return this;
  }

  /**
   * Begins anew, without guesses.
   *
   * @param most guesses that there is room for
   * @param rows of a pass without this draft's guesses, as many for each text
   * @return how many guesses it wants
   */
  int open(int most, int rows, StepCosts costs) {
    size = 0;
    closed = false;
    room = drafter.equals(Drafter.NOBODY) ? 0 : Math.min(Math.min(most, limit), speculation.max());
    if (room > 0 && speculation.length() == Speculation.Length.ADAPTIVE) {
      room = length.next(room, guesses -> costs.nanos(rows * (1 + guesses)) + guesses * drafter.nanosPerGuess());
    }
    return room;
  }

  /** How many guesses it wanted when it was opened. */
  int room() {
    return room;
  }

  /** Whether its drafter should go on. */
  boolean wantsMore() {
    return size < room && !closed;
  }

  /** Adds a guess, if it is good for anything. */
  void add(int token) {
    if (!useful.test(token)) {
      closed = true;
      return;
    }
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, room);
    }
    tokens[size++] = token;
  }

  /** In place of a guess that its drafter is not sure of, after the effort of making it. */
  void decline() {
    closed = true;
    length.judged(DraftLength.Verdict.WRONG);
  }

  /** Guesses so far. */
  int size() {
    return size;
  }

  int token(int index) {
    return tokens[index];
  }

  /** No more guesses: they are to be computed, unless there are too few. */
  void close() {
    if (size < speculation.min()) {
      size = 0;
    }
  }

  /** Hands the first {@code count} guesses out, which are computed now, and forgets the others. */
  void take(int count, int[] target, int from) {
    System.arraycopy(tokens, 0, target, from, count);
    drafted += count;
    size = 0;
  }

  /** How a guess did that was computed after right ones. */
  void judge(DraftLength.Verdict verdict) {
    length.judged(verdict);
    accepted += verdict == DraftLength.Verdict.RIGHT ? 1 : 0;
  }

  /** Guesses that were computed. */
  int drafted() {
    return drafted;
  }

  /** Of these, the right ones. */
  int accepted() {
    return accepted;
  }

  /** The text has ended. */
  void end() {
    drafter.end(this);
  }
}
