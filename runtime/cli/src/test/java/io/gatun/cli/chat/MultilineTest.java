package io.gatun.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MultilineTest {

  @Test
  void quotesHoldLinesTogether() {
    assertFalse(Multiline.isComplete("\"\"\"one"));
    assertFalse(Multiline.isComplete("\"\"\"one\ntwo"));
    assertTrue(Multiline.isComplete("\"\"\"one\ntwo\"\"\""));
    assertEquals("one\n two", Multiline.message("\"\"\"one\n two\"\"\""));
    assertEquals("one\ntwo", Multiline.message("\"\"\"\none\ntwo\n\"\"\""));
    assertTrue(Multiline.isComplete("say \"\"\"hi"), "only at the begin");
  }

  @Test
  void soDoBackslashes() {
    assertFalse(Multiline.isComplete("one \\"));
    assertTrue(Multiline.isComplete("one \\\ntwo"));
    assertEquals("one \ntwo", Multiline.message("one \\\ntwo"));
    assertTrue(Multiline.isComplete("a backslash: \\\\"), "two are one that is meant");
  }

  @Test
  void aSystemMessageMayHaveSeveralLines() {
    assertFalse(Multiline.isComplete("/set system \"\"\"be"));
    assertEquals("/set system be\nkind", Multiline.message("/set system \"\"\"be\nkind\"\"\""));
    assertEquals("/system be\nkind", Multiline.message("/system \"\"\"be\nkind\"\"\""));
  }

  @Test
  void otherMessagesLoseTheSpaceAround() {
    assertEquals("one two", Multiline.message("  one two \n"));
    assertEquals("", Multiline.message("   "));
  }
}
