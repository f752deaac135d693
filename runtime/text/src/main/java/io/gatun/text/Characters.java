package io.gatun.text;

import java.util.Arrays;

/**
 * The general categories of Unicode 15.1, which tokenizers of 2026 have: characters that the JDK knows from later versions
 * count as unassigned.
 */
final class Characters {
  /** The first and last character of each range that Unicode 16.0 added, in order. Source: DerivedAge.txt. */
  private static final int[] LATER = {
    0x897, 0x897, 0x1B4E, 0x1B4F, 0x1B7F, 0x1B7F, 0x1C89, 0x1C8A, 0x2427, 0x2429, 0x31E4, 0x31E5, 0xA7CB, 0xA7CD,
    0xA7DA, 0xA7DC, 0x105C0, 0x105F3, 0x10D40, 0x10D65, 0x10D69, 0x10D85, 0x10D8E, 0x10D8F, 0x10EC2, 0x10EC4,
    0x10EFC, 0x10EFC, 0x11380, 0x11389, 0x1138B, 0x1138B, 0x1138E, 0x1138E, 0x11390, 0x113B5, 0x113B7, 0x113C0,
    0x113C2, 0x113C2, 0x113C5, 0x113C5, 0x113C7, 0x113CA, 0x113CC, 0x113D5, 0x113D7, 0x113D8, 0x113E1, 0x113E2,
    0x116D0, 0x116E3, 0x11BC0, 0x11BE1, 0x11BF0, 0x11BF9, 0x11F5A, 0x11F5A, 0x13460, 0x143FA, 0x16100, 0x16139,
    0x16D40, 0x16D79, 0x18CFF, 0x18CFF, 0x1CC00, 0x1CCF9, 0x1CD00, 0x1CEB3, 0x1E5D0, 0x1E5FA, 0x1E5FF, 0x1E5FF,
    0x1F8B2, 0x1F8BB, 0x1F8C0, 0x1F8C1, 0x1FA89, 0x1FA89, 0x1FA8F, 0x1FA8F, 0x1FABE, 0x1FABE, 0x1FAC6, 0x1FAC6,
    0x1FADC, 0x1FADC, 0x1FADF, 0x1FADF, 0x1FAE9, 0x1FAE9, 0x1FBCB, 0x1FBEF
  };

  private Characters() {}

  /** The first letter of the general category: one of {@code L N P S M Z C}, or {@code U} for unassigned. */
  static char category(int character) {
    char category = newestCategory(character);
    return category != 'C' && category != 'Z' && isLater(character) ? 'U' : category;
  }

  /** As {@link #category}, of the version of Unicode that the JDK has. */
  static char newestCategory(int character) {
    return switch (Character.getType(character)) {
      case Character.UNASSIGNED -> 'U';
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> 'C';
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> 'Z';
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> 'M';
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> 'N';
      case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL -> 'S';
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          'L';
      default -> 'P';
    };
  }

  /** The property White_Space. */
  static boolean isWhitespace(int character) {
    return switch (character) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> (character >= 0x9 && character <= 0xD) || (character >= 0x2000 && character <= 0x200A);
    };
  }

  /** Whether regular expressions count it to a word: Unicode's recommendation, UTS #18 annex C. */
  static boolean isWord(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> Character.isAlphabetic(character) || character == 0x200C || character == 0x200D;
    };
  }

  /** The simple lower case. */
  static int lowerCase(int character) {
    return isLater(character) ? character : Character.toLowerCase(character);
  }

  static boolean isLater(int character) {
    if (character < LATER[0]) {
      return false;
    }
    int at = Arrays.binarySearch(LATER, character);
    return at >= 0 || (-at - 1) % 2 == 1;
  }
}
