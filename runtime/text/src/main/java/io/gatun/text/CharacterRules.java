package io.gatun.text;

import org.jspecify.annotations.Nullable;

/**
 * What Hugging Face's normalizers do to single characters. Some of their tables are of Unicode 8, while these are the
 * JDK's: they differ for newer marks of rare scripts.
 */
final class CharacterRules {
  private static final String SPACE = " ";
  private static final String NOTHING = "";

  private CharacterRules() {}

  /** The full lower case, which has no regard for neighbours. */
  static @Nullable String lowercase(int character) {
    if (character == 0x130) {
      return "i\u0307";
    }
    int lower = Character.toLowerCase(character);
    return lower == character ? null : Character.toString(lower);
  }

  static @Nullable String stripAccents(int character) {
    return Characters.newestCategory(character) == 'M' ? NOTHING : null;
  }

  static @Nullable String stripNonSpacingMarks(int character) {
    return Character.getType(character) == Character.NON_SPACING_MARK ? NOTHING : null;
  }

  /** Of the rules {@code nmt_nfkc} of SentencePiece: control characters go, more kinds of space become one. */
  static @Nullable String nmt(int character) {
    return switch (character) {
      case 0x0B, 0x7F, 0x8F, 0x9F -> NOTHING;
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> SPACE;
      default -> {
        boolean control = (character >= 0x01 && character <= 0x08) || (character >= 0x0E && character <= 0x1F);
        yield control ? NOTHING : character >= 0x200B && character <= 0x200F ? SPACE : null;
      }
    };
  }

  /** BERT's {@code clean_text}. */
  static @Nullable String clean(int character) {
    if (character == '\t' || character == '\n' || character == '\r') {
      return SPACE;
    }
    if (character == 0xFFFD || Characters.newestCategory(character) == 'C') {
      return NOTHING;
    }
    return character != ' ' && Characters.isWhitespace(character) ? SPACE : null;
  }

  /** Ideographs become words of their own. */
  static @Nullable String surroundIdeograph(int character) {
    return WordPiece.isIdeograph(character) ? " " + Character.toString(character) + " " : null;
  }

  /** The characters that spell the bytes of this one. */
  static @Nullable String spellBytes(int character) {
    String text = Character.toString(character);
    String spelled = ByteAlphabet.spell(text);
    return spelled.equals(text) ? null : spelled;
  }
}
