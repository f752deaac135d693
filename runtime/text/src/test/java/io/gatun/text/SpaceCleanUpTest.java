package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpaceCleanUpTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a . b|a. b",
        " .|.",
        ". a|. a",
        "wait , what ? !|wait, what?!",
        "it 's|it's",
        "I 'm|I'm",
        "we 're they 've|we're they've",
        "he 'd we 'll don 't|he 'd we 'll don 't",
        "say ' x|say'x",
        "say ' ' x|say'' x",
        "a '|a '",
        "a 'r|a 'r",
        "a  . b|a . b",
        "é . ü|é. ü"
      })
  void joins(String text, String expected) {
    byte[] cleaned = SpaceCleanUp.of(text.getBytes(StandardCharsets.UTF_8));
    assertEquals(expected, new String(cleaned, StandardCharsets.UTF_8));
  }
}
