package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BatchTallyTest {

  @Test
  void spansAreForPeople() {
    assertEquals("0 s", BatchTally.span(0));
    assertEquals("59 s", BatchTally.span(59));
    assertEquals("1 min 00 s", BatchTally.span(60));
    assertEquals("59 min 59 s", BatchTally.span(3599));
    assertEquals("25 h 01 min", BatchTally.span(25 * 3600 + 60));
  }

  @Test
  void progressCountsWhatWasThereBefore() {
    var tally = new BatchTally(10, 4);
    assertTrue(tally.progress().startsWith("4 of 10 lines, "), tally.progress());
    assertTrue(!tally.progress().contains("left"), tally.progress());
    tally.answered(5, 6);
    tally.bad(9);
    tally.bad(7);
    assertTrue(tally.progress().matches("7 of 10 lines, .* lines/s, .* tokens/s, .* left"), tally.progress());
    assertEquals(7, tally.firstError());
    assertEquals(2, tally.errors());
  }
}
