package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.DraftLength.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is guessed, and how much. */
class DraftingTest {
  private static final int END = 99;

  private static List<Integer> looked(int most, int... text) {
    var draft =
        new Draft(
            new NgramDrafter(), Speculation.ngram().length(Speculation.Length.LONGEST), new Ids(text), id -> id != END);
    draft.open(most, 1, new StepCosts(32));
    draft.drafter().guess(List.of(draft));
    draft.close();
    var guesses = new ArrayList<Integer>();
    for (int i = 0; i < draft.size(); i++) {
      guesses.add(draft.token(i));
    }
    return guesses;
  }

  @Test
  void aTextGoesOnAsBefore() {
    assertEquals(List.of(3, 4, 5), looked(3, 1, 2, 3, 4, 5, 6, 1, 2));
    assertEquals(List.of(), looked(3, 1, 2, 3, 4, 5, 6, 2), "one token alone says nothing");
    assertEquals(List.of(), looked(3, 1, 2, 3));
    assertEquals(List.of(), looked(3, 1));
  }

  @Test
  void theLongestAgreementCountsThenTheLatest() {
    assertEquals(List.of(7), looked(1, 0, 1, 2, 7, 5, 1, 2, 8, 0, 1, 2));
    assertEquals(List.of(8), looked(1, 1, 2, 7, 1, 2, 8, 1, 2));
  }

  @Test
  void whatRepeatsItselfGoesOnRepeating() {
    assertEquals(List.of(1, 2, 1, 2, 1), looked(5, 9, 1, 2, 1, 2));
    assertEquals(List.of(4, 4, 4), looked(3, 4, 4, 4, 4));
  }

  @Test
  void guessesEndBeforeATokenThatEndsTheText() {
    assertEquals(List.of(3), looked(4, 1, 2, 3, END, 5, 1, 2));
  }

  /** By hand: with p = 0.5, k guesses bring 2 − 2^−k tokens; at 1, 1.25, 1.5 … that is 1, 1.2, 1.17 …. */
  @Test
  void itBeginsWithWhatPaysIfHalfOfTheGuessesAreRight() {
    assertEquals(1, new DraftLength().next(16, guesses -> 1 + guesses / 4.0));
    assertEquals(0, new DraftLength().next(16, guesses -> 1 + guesses / 2.0));
    assertEquals(16, new DraftLength().next(16, guesses -> 1));
  }

  @ParameterizedTest
  @CsvSource({
    "0.95, 0.05, 1.5", "0.8, 0.2, 1.1", "0.5, 0.2, 0.97", "0.2, 0.2, 0.94", "0, 0.2, 0.95", "0, 1, 0.9", "0.9, 1, 0.9"
  })
  void itGainsWhereItCanAndLosesLittleElsewhere(double right, double costOfGuess, double least) {
    var random = new SplittableRandom(7);
    var length = new DraftLength();
    IntToDoubleFunction cost = guesses -> 1 + costOfGuess * guesses;
    double time = 0;
    int tokens = 0;
    while (tokens < 4000) {
      int guesses = length.next(16, cost);
      time += cost.applyAsDouble(guesses);
      tokens++;
      for (int i = 0; i < guesses; i++) {
        boolean hit = random.nextDouble() < right;
        length.judged(hit ? Verdict.RIGHT : Verdict.WRONG);
        if (!hit) {
          break;
        }
        tokens++;
      }
    }
    double speed = tokens / time;
    assertTrue(speed > least, "%.3f tokens in the time of one".formatted(speed));
  }

  @Test
  void itFindsOutWhenGuessesBecomeRight() {
    var length = new DraftLength();
    IntToDoubleFunction cost = guesses -> 1 + 0.2 * guesses;
    for (int i = 0; i < 1000; i++) {
      if (length.next(16, cost) > 0) {
        length.judged(Verdict.WRONG);
      }
    }
    int steps = 0;
    while (length.next(16, cost) < 4) {
      length.judged(Verdict.RIGHT);
      steps++;
    }
    assertTrue(steps < 100, steps + " steps");
  }

  @Test
  void costsAreMeasuredOrBetweenThem() {
    var costs = new StepCosts(20);
    costs.measured(2, 1000);
    costs.measured(6, 3000);
    costs.measured(10, 3200);
    assertEquals(1000, costs.nanos(2));
    assertEquals(1500, costs.nanos(3));
    assertEquals(3100, costs.nanos(8));
    assertEquals(500, costs.nanos(1), "in proportion");
    assertEquals(3200 * 1.2, costs.nanos(20), 1e-9, "2 % for each row");
    assertEquals(3200 * 1.4, costs.nanos(30), 1e-9, "more than a pass can have");
    costs.measured(6, 3400);
    assertEquals(3100, costs.nanos(6), "a quarter of the way");
  }

  @Test
  void costsAreHopedToBeLowBeforeTheyAreKnownAndAgainWhenTheyAreForgotten() {
    var costs = new StepCosts(20);
    assertEquals(1.16, costs.nanos(8), 1e-9);
    costs.measured(5, 9000);
    for (int i = 0; i < 127; i++) {
      costs.measured(1, 1000);
    }
    assertEquals(9000, costs.nanos(5), 1e-9);
    costs.measured(1, 1000);
    assertEquals(1080, costs.nanos(5), 1e-9);
  }

  /** As on a processor whose arithmetic bounds decoding: up to 4 rows cost as many passes, 8 to 32 five to seven. */
  @Test
  void longGuessesAreTriedWhereShortOnesDoNotPay() {
    var costs = new StepCosts(128);
    var length = new DraftLength();
    double time = 0;
    int tokens = 0;
    while (tokens < 1000) {
      int guesses = length.next(16, count -> costs.nanos(1 + count));
      int rows = 1 + guesses;
      long nanos = rows <= 4 ? 1000 * rows : 4800 + 80 * rows;
      costs.measured(rows, nanos);
      time += nanos;
      tokens += rows;
      for (int i = 0; i < guesses; i++) {
        length.judged(Verdict.RIGHT);
      }
    }
    assertTrue(tokens * 1000 / time > 2, "%.2f times as fast".formatted(tokens * 1000 / time));
  }
}
