package io.gatun.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeFilterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a\\e[31mb|ab",
        "a\\e[2J\\e[1;1Hb|ab",
        "a\\e]0;title\\ab|ab",
        "a\\e]52;c;c2VjcmV0\\e~b|ab",
        "a\\ePq#0\\e~b|ab",
        "a\\e(Bb|ab",
        "a\\ecb|ab",
        "a\\e\\e[1mb|ab",
        "a\\e]0;unfinished\\nb|a\\nb",
        "a\\e[1é|aé",
        "a\\bb\\rc\\ad\\0e|abcde",
        "a\\u009b31mb|ab",
        "a\\u009dtitle\\u009cb|ab",
        "a\\tb\\nc é 日本 😀|a\\tb\\nc é 日本 😀",
        "[31m|[31m"
      })
  void dropsSequencesWholeAndKeepsText(String written, String shown) {
    assertEquals(real(shown), EscapeFilter.plain(real(written)));
    var byCharacter = new EscapeFilter();
    var pieces = new StringBuilder();
    real(written).chars().forEach(c -> pieces.append(byCharacter.accept(String.valueOf((char) c))));
    assertEquals(real(shown), pieces.toString(), "however it is split");
  }

  private static String real(String escaped) {
    return escaped
        .replace("\\e", "\u001b")
        .replace("\\a", "\u0007")
        .replace("\\b", "\b")
        .replace("\\0", "\0")
        .replace("\\u009b", "\u009b")
        .replace("\\u009d", "\u009d")
        .replace("\\u009c", "\u009c")
        .replace("~", "\\")
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t");
  }

  @Test
  void anUnfinishedSequenceHidesOnlySoMuch() {
    String text = "x".repeat(1000);
    int shown = EscapeFilter.plain("\u001b]0;" + text).length();
    assertEquals(true, shown > 700, "shown: " + shown);
  }

  @Test
  void oneLineHasNoLineBreaks() {
    assertEquals("a b c", EscapeFilter.oneLine(" a\n\tb\u001b[1m\r\nc\n"));
  }
}
