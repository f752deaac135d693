package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CharactersTest {
  private static final int CONTROL = 65;
  private static final int PRIVATE_USE = 6_400 + 2 * 65_534;
  private static final int SURROGATES = 2_048;

  /** The number that the standard gives for its version 15.1: graphic and format characters. */
  @Test
  void countsAsManyCharactersAsUnicode15() {
    long assigned = all().filter(character -> Characters.category(character) != 'U').count();
    assertEquals(149_813, assigned - CONTROL - PRIVATE_USE - SURROGATES);
  }

  @Test
  void whitespaceIsTheProperty() {
    var property = Pattern.compile("\\p{IsWhite_Space}").asMatchPredicate();
    assertTrue(all().allMatch(c -> Characters.isWhitespace(c) == property.test(Character.toString(c))));
  }

  @Test
  void laterCharactersHaveNoLowerCase() {
    assertEquals(0x10D50, Characters.lowerCase(0x10D50));
    assertEquals('é', Characters.lowerCase('É'));
  }

  private static IntStream all() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT);
  }
}
