package io.gatun.text;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Whose reading of a split pattern counts: what classes of characters hold, and where {@code $} matches. */
enum SplitDialect {
  /**
   * llama.cpp's: {@code \p{L}} is a letter of any kind, as are {@code \p{Lu}} and its like, whose cases it does not
   * tell apart; {@code \p{S}} is without the tilde, which its table lacks; {@code \p{Han}} are its ranges of
   * ideographs; {@code \d} is an ASCII digit; {@code $} is the end of the text. A match is never empty.
   */
  LLAMA_CPP {
    @Override
    IntPredicate property(String name) {
      return switch (name) {
        case "N", "P", "M" -> character -> Characters.category(character) == name.charAt(0);
        case "L", "Lu", "Ll", "Lt", "Lm", "Lo" -> character -> Characters.category(character) == 'L';
        case "S" -> character -> character != '~' && Characters.category(character) == 'S';
        case "Han" -> SplitDialect::isIdeograph;
        default -> throw unknown(name);
      };
    }

    @Override
    boolean isDigit(int character) {
      return character >= '0' && character <= '9';
    }
  },

  /** Oniguruma's with its Ruby syntax, which Hugging Face's tokenizers have; {@code $} is the end of a line. */
  ONIGURUMA {
    @Override
    IntPredicate property(String name) {
      boolean negated = name.startsWith("^");
      IntPredicate members = named(name.substring(negated ? 1 : 0).replace("_", "").replace(" ", "")
          .toLowerCase(Locale.ROOT));
      return negated ? members.negate() : members;
    }

    private IntPredicate named(String name) {
      return switch (name) {
        case "l", "letter", "m", "mark", "n", "number", "p", "punctuation", "s", "symbol", "z", "separator" -> {
          char category = Character.toUpperCase(name.charAt(0));
          yield character -> Characters.newestCategory(character) == category;
        }
        case "any" -> character -> true;
        case "alpha" -> Character::isAlphabetic;
        case "digit" -> this::isDigit;
        case "alnum" -> character -> Character.isAlphabetic(character) || isDigit(character);
        case "upper" -> Character::isUpperCase;
        case "lower" -> Character::isLowerCase;
        case "space" -> Characters::isWhitespace;
        case "punct" -> character -> "PS".indexOf(Characters.newestCategory(character)) >= 0;
        case "word" -> SplitDialect::isWord;
        case "cntrl" -> character -> Character.getType(character) == Character.CONTROL;
        case "blank" -> character -> character == '\t' || Character.getType(character) == Character.SPACE_SEPARATOR;
        case "xdigit" -> SplitDialect::isHexadecimal;
        case "ascii" -> character -> character < 0x80;
        default -> name.length() == 2 ? category(name) : script(name);
      };
    }

    private IntPredicate category(String name) {
      byte type =
          switch (name) {
            case "lu" -> Character.UPPERCASE_LETTER;
            case "ll" -> Character.LOWERCASE_LETTER;
            case "lt" -> Character.TITLECASE_LETTER;
            case "lm" -> Character.MODIFIER_LETTER;
            case "lo" -> Character.OTHER_LETTER;
            case "mn" -> Character.NON_SPACING_MARK;
            case "mc" -> Character.COMBINING_SPACING_MARK;
            case "me" -> Character.ENCLOSING_MARK;
            case "nd" -> Character.DECIMAL_DIGIT_NUMBER;
            case "nl" -> Character.LETTER_NUMBER;
            case "no" -> Character.OTHER_NUMBER;
            case "pc" -> Character.CONNECTOR_PUNCTUATION;
            case "pd" -> Character.DASH_PUNCTUATION;
            case "ps" -> Character.START_PUNCTUATION;
            case "pe" -> Character.END_PUNCTUATION;
            case "pi" -> Character.INITIAL_QUOTE_PUNCTUATION;
            case "pf" -> Character.FINAL_QUOTE_PUNCTUATION;
            case "po" -> Character.OTHER_PUNCTUATION;
            case "sm" -> Character.MATH_SYMBOL;
            case "sc" -> Character.CURRENCY_SYMBOL;
            case "sk" -> Character.MODIFIER_SYMBOL;
            case "so" -> Character.OTHER_SYMBOL;
            case "zs" -> Character.SPACE_SEPARATOR;
            case "zl" -> Character.LINE_SEPARATOR;
            case "zp" -> Character.PARAGRAPH_SEPARATOR;
            case "cc" -> Character.CONTROL;
            case "cf" -> Character.FORMAT;
            default -> throw unknown(name);
          };
      return character -> Character.getType(character) == type;
    }

    private IntPredicate script(String name) {
      for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
        if (script.name().replace("_", "").equalsIgnoreCase(name)) {
          return character -> Character.UnicodeScript.of(character) == script;
        }
      }
      throw unknown(name);
    }

    @Override
    boolean isDigit(int character) {
      return Character.getType(character) == Character.DECIMAL_DIGIT_NUMBER;
    }
  };

  /** @throws IllegalArgumentException if there is no property of this name */
  abstract IntPredicate property(String name);

  abstract boolean isDigit(int character);

  static boolean isHexadecimal(int character) {
    return character < 0x80 && Character.digit(character, 16) >= 0;
  }

  /** What Oniguruma counts to a word: no join controls. */
  static boolean isWord(int character) {
    return Characters.isWord(character) && character != 0x200C && character != 0x200D;
  }

  /** As {@link #isWord}, outside brackets: there it also counts small and broken numbers of Latin-1. */
  static boolean isBareWord(int character) {
    return isWord(character) || "²³¹¼½¾".indexOf(character) >= 0;
  }

  /** The blocks of unified and compatibility ideographs up to extension F, with the gaps between them. */
  private static boolean isIdeograph(int character) {
    return (character >= 0x4E00 && character <= 0x9FFF)
        || (character >= 0x3400 && character <= 0x4DBF)
        || (character >= 0x20000 && character <= 0x2A6DF)
        || (character >= 0x2A700 && character <= 0x2EBEF)
        || (character >= 0xF900 && character <= 0xFAFF)
        || (character >= 0x2F800 && character <= 0x2FA1F);
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("unknown property '" + name + "'");
  }
}
