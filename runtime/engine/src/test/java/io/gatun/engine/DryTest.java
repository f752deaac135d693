package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.SamplerStep.Dry;
import io.gatun.engine.SamplerStep.Temperature;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** DRY against cases worked out by hand, and against its definition. */
class DryTest {
  private static final int VOCABULARY = 28;
  private static final Dry DRY = new Dry(1, 2, 2, -1, List.of("\n", ":"));

  @Test
  void aTokenThatContinuesARepeatedStretchIsPenalized() {
    // "abcd ab": c continues ab, n = 2: 1 · 2^0
    assertPenalties(DRY, "abcdab", "c", 1);
    // "abcd abc": d continues abc, n = 3: 2^1
    assertPenalties(DRY, "abcdabc", "d", 2);
    assertPenalties(DRY.multiplier(0.5), "abcdeabcd", "e", 0.5 * 4);
  }

  @Test
  void shorterStretchesAreAllowed() {
    assertPenalties(DRY, "abca", "", 0);
    assertPenalties(DRY.allowedLength(1), "abca", "b", 1);
    assertPenalties(DRY.allowedLength(3), "abcdab", "", 0);
    assertPenalties(DRY.allowedLength(3), "abcdabc", "d", 1);
  }

  @Test
  void theLongestStretchCounts() {
    // c followed ab twice: after xab (n = 3, the end is xab) and after yab (n = 2)
    assertPenalties(DRY, "yabcxabczxab", "c", 2);
  }

  @Test
  void severalTokensMayContinue() {
    var penalties = penalties(DRY, "abcabdab");
    assertEquals(1, penalties['c' - 'a']);
    assertEquals(1, penalties['d' - 'a']);
    assertEquals(2, Arrays.stream(penalties).sum());
  }

  @Test
  void stretchesMayOverlap() {
    // "aaaa": the end aaa occurred one place before, followed by a: n = 3
    assertPenalties(DRY, "aaaa", "a", 2);
  }

  @Test
  void breakersEndAMatch() {
    // the end is ":ab" and so was "x:ab" before; the match stops behind the colon: n = 2, not 3
    assertPenalties(DRY, "x:abcd:ab", "c", 1);
    assertPenalties(DRY.breakers(List.of()), "x:abcd:ab", "c", 2);
    // the last token is a breaker: no match at all
    assertPenalties(DRY, "ab:cab:", "", 0);
    assertPenalties(DRY.breakers(List.of()), "ab:cab:", "c", 2);
  }

  @Test
  void breakersAreNotPenalized() {
    assertPenalties(DRY, "ab:cab", "", 0);
    assertPenalties(DRY.breakers(List.of("\n")), "ab:cab", ":", 1);
  }

  @Test
  void aBreakerMaySpanTokens() {
    // "cd" ends with d: the end "dab" cannot match over d, "ab" can
    Dry spanning = DRY.breakers(List.of("cd"));
    assertPenalties(spanning, "cdabecdab", "e", 1);
    assertPenalties(DRY, "cdabecdab", "e", 4);
  }

  @Test
  void onlyTheWindowCounts() {
    assertPenalties(DRY.lastN(7), "abcdefab", "", 0); // b … b: the stretch "ab" is not whole in it
    assertPenalties(DRY.lastN(8), "abcdefab", "c", 1);
    assertPenalties(DRY.lastN(0), "abcdefab", "", 0);
  }

  @Test
  void longRepetitionsStayFinite() {
    String text = "ab".repeat(3000);
    var sampler = new Sampler(Sampling.defaults().chain(DRY, Temperature.of(1)), 0, new LetterTexts());
    var logits = new float[VOCABULARY];
    int next = sampler.next(logits, new Ids(LetterTexts.ids(text)));
    assertTrue(next != 0, "a would continue it");
    assertEquals(-Float.MAX_VALUE, logits[0]);
  }

  @Test
  void theDistributionIsScaledByThePenalty() {
    Sampling sampling = Sampling.defaults().chain(DRY.multiplier(Math.log(3)), Temperature.of(1));
    Draws.of(sampling, 0.1, 0.1, 0.6, 0.2).after(LetterTexts.ids("abcdab")).matches(0.1, 0.1, 0.2, 0.2);
  }

  @Test
  void asByDefinition() {
    var random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      var text = new StringBuilder();
      int length = random.nextInt(60);
      for (int i = 0; i < length; i++) {
        text.append(random.nextInt(15) == 0 ? ':' : (char) ('a' + random.nextInt(3)));
      }
      Dry dry = DRY.allowedLength(1 + random.nextInt(3)).lastN(random.nextBoolean() ? -1 : random.nextInt(60));
      assertArrayEquals(defined(dry, text.toString()), penalties(dry, text.toString()), text.toString());
    }
  }

  /** Every earlier place of the last token, extended backwards token by token. */
  private static double[] defined(Dry dry, String whole) {
    String text = dry.lastN() < 0 ? whole : whole.substring(Math.max(0, whole.length() - dry.lastN()));
    var longest = new int[VOCABULARY];
    int end = text.length() - 1;
    for (int i = 0; i < end; i++) {
      int n = 0;
      while (n <= i && text.charAt(i - n) == text.charAt(end - n) && text.charAt(end - n) != ':') {
        n++;
      }
      if (text.charAt(i + 1) != ':') {
        int next = text.charAt(i + 1) - 'a';
        longest[next] = Math.max(longest[next], n);
      }
    }
    var penalties = new double[VOCABULARY];
    for (int id = 0; id < VOCABULARY; id++) {
      int n = longest[id];
      penalties[id] = n >= dry.allowedLength() ? dry.multiplier() * Math.pow(dry.base(), n - dry.allowedLength()) : 0;
    }
    return penalties;
  }

  /** @param concerned the only token penalized; empty for none */
  private static void assertPenalties(Dry dry, String text, String concerned, double expected) {
    var wanted = new double[VOCABULARY];
    if (!concerned.isEmpty()) {
      wanted[LetterTexts.ids(concerned)[0]] = expected;
    }
    assertArrayEquals(wanted, penalties(dry, text), text);
  }

  private static double[] penalties(Dry dry, String text) {
    var logits = new float[VOCABULARY];
    new Sampler(Sampling.defaults().chain(dry, Temperature.of(0)), 0, new LetterTexts())
        .next(logits, new Ids(LetterTexts.ids(text)));
    var penalties = new double[VOCABULARY];
    Arrays.setAll(penalties, id -> 0.0 - logits[id]);
    return penalties;
  }
}
