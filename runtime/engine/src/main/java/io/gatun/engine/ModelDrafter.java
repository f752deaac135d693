package io.gatun.engine;

import io.gatun.model.Batch;
import io.gatun.model.Forward;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Guesses what a smaller model would choose. It follows each text in a cache of its own, which begins with what the
 * text has in common with one before; what it has not read yet of a text, it reads chunk by chunk, and guesses nothing
 * until then. Its memory is the device's.
 */
final class ModelDrafter implements Drafter {
  /** Texts remembered after they have ended, for those that go on with them. */
  private static final int KEPT = 4;

  /** Of the latest measurement in the mean. */
  private static final double WEIGHT = 0.1;

  private final DraftModel model;
  private final Forward forward;
  private final Batch batch = new Batch();
  private final Map<Draft, DraftTrail> trails = new HashMap<>();
  private final Deque<DraftTrail> ended = new ArrayDeque<>();
  private double nanosPerGuess;

  /** @param forward of that model */
  ModelDrafter(DraftModel model, Forward forward) {
    this.model = model;
    this.forward = forward;
  }

  @Override
  public void guess(List<Draft> drafts) {
    var reading = new ArrayList<Draft>();
    for (Draft draft : drafts) {
      DraftTrail trail = trails.computeIfAbsent(draft, this::begin);
      trail.follow(draft.text());
      if (trail.isWithin(model.vocabularySize(), model.contextLength() - draft.room())) {
        reading.add(draft);
      }
    }
    reading.sort(Comparator.comparingInt(draft -> trail(draft).pending()));
    List<Draft> guessing = pass(reading);
    guessing.forEach(draft -> trail(draft).leave());
    while (!guessing.isEmpty()) {
      guessing.forEach(draft -> trail(draft).append(draft.token(draft.size() - 1)));
      guessing = pass(guessing);
    }
  }

  /** A trail that begins with what is known of the text. */
  private DraftTrail begin(Draft draft) {
    var trail = new DraftTrail(forward.newCache());
    Stream.concat(trails.values().stream(), ended.stream())
        .max(Comparator.comparingInt(other -> other.common(draft.text())))
        .ifPresent(other -> trail.share(other, other.common(draft.text())));
    return trail;
  }

  /**
   * Reads what is pending, as far as there is room, in one pass, and guesses a token where all is read.
   *
   * @return the drafts that got a guess and want more
   */
  private List<Draft> pass(List<Draft> drafts) {
    batch.clear();
    var read = new ArrayList<Draft>();
    for (Draft draft : drafts) {
      int count = Math.min(trail(draft).pending(), forward.maxRows() - batch.size());
      if (count > 0 && trail(draft).feed(batch, count)) {
        read.add(draft);
      }
    }
    if (batch.size() == 0) {
      return List.of();
    }
    long begin = System.nanoTime();
    Iterator<Draft> next = read.iterator();
    forward.run(batch, (_, logits) -> guess(next.next(), logits));
    if (batch.size() == read.size()) {
      nanosPerGuess += (nanosPerGuess == 0 ? 1 : WEIGHT) * (System.nanoTime() - begin - nanosPerGuess);
    }
    return read.stream().filter(Draft::wantsMore).toList();
  }

  private void guess(Draft draft, float[] logits) {
    Logits.requireFinite(logits, model.origin());
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      best = logits[id] > logits[best] ? id : best;
    }
    if (best >= model.vocabularySize() || probability(best, logits) < draft.minProbability()) {
      draft.decline();
    } else {
      draft.add(best);
    }
  }

  /** Of the best one. It decides about a guess only, so {@link Math#exp} may differ from machine to machine. */
  private static double probability(int best, float[] logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - logits[best]);
    }
    return 1 / sum;
  }

  private DraftTrail trail(Draft draft) {
    return Objects.requireNonNull(trails.get(draft));
  }

  @Override
  public double nanosPerGuess() {
    return nanosPerGuess;
  }

  @Override
  public void end(Draft draft) {
    DraftTrail trail = trails.remove(draft);
    if (trail != null) {
      trail.follow(draft.text());
      ended.addFirst(trail);
      if (ended.size() > KEPT) {
        ended.removeLast().close();
      }
    }
  }
}
