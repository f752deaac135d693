package io.gatun.text;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Texts that show how a tokenizer cuts, always the same: a letter, and then pieces of all kinds in any order. */
final class ProbeTexts {
  private static final int TEXTS = 200;
  private static final int PIECES = 24;

  /** What all programs agree on: its characters are of one case or ASCII, and normalized whatever the form. */
  private static final List<String> USUAL =
      List.of(
          " ", " ", " ", "  ", "   ", "     ", "\n", "\n\n", " \n", "\r\n", "\t",
          "a", "I", "the", "The", "THE", "camelCase", "HTTPServer", "Hello", "mother", "x",
          "'s", "'S", "'t", "'ll", "'LL", "'re", "'Ve", "'d", "'", "\"", "``",
          "1", "23", "456", "7890", "12345", "123456789", "3.14", "1,000",
          ".", ",", "!", "?", "...", "?!", ";", ":", "(", ")", "[]", "{", "}", "/", "//", "\\", "-", "--", "_", "*", "&", "#", "@",
          "%", "$", "+", "=", "==", "<", ">", "</", "|", "^",
          "日本語", "中文", "ひらがな", "カタカナ", "한국어", "שלום", "ไทย", "。", "，", "、", "…", "“", "”", "—", "€", "→", "😀");

  /** What llama.cpp treats otherwise than some models' own tokenizers: cases outside ASCII, marks, and some signs. */
  private static final List<String> UNUSUAL =
      List.of("É", "été", "Ä", "ß", "Привет", "ПРИВЕТ", "Ω", "नमस्ते", "ำ", "~", "~~", "½", "²", "٣", "々", "\u00A0", "\u3000");

  private ProbeTexts() {}

  /** Texts that people write, on which one program should not differ from another. */
  static List<String> usual() {
    return texts(USUAL, 1);
  }

  /** Texts in which programs are known to differ. */
  static List<String> unusual() {
    return texts(Stream.concat(USUAL.stream(), UNUSUAL.stream()).toList(), 2);
  }

  private static List<String> texts(List<String> pieces, long seed) {
    var random = new Random(seed);
    return Stream.generate(() -> text(pieces, random)).limit(TEXTS).toList();
  }

  private static String text(List<String> pieces, Random random) {
    var text = new StringBuilder("a");
    for (int i = 0; i < PIECES; i++) {
      text.append(pieces.get(random.nextInt(pieces.size())));
    }
    return text.toString();
  }
}
