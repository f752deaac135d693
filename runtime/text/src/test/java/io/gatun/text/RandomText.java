package io.gatun.text;

import java.util.List;
import java.util.random.RandomGenerator;

/** Texts that are hard to tokenize, from a seed. */
final class RandomText {
  private static final List<String> SNIPPETS =
      List.of(
          " ", "  ", "\n", "\r\n", "\t", "\0", "\u00A0", "\u2028", "\u3000", "a", "Hello", "the", "THE", "'s", "'LL", "'re",
          "1", "234567", "½", "Ⅷ", "é", "e\u0301", "日本語", "नमस्ते", "אבג", "😀", "👩‍👩‍👧", "\uFEFF", "\uFFFD", "...", "?!", "<", "|", ">",
          "/", "_", "$", "€", "<s>", "</s>", "<unk>", "<0x41>", "<|im_end|>", "<|endoftext|>", "lily", "<tool>", "<|x|>");

  private final RandomGenerator random;

  RandomText(RandomGenerator random) {
    this.random = random;
  }

  /** Snippets and random characters of all planes, no surrogates without a partner. */
  String next() {
    var text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      if (random.nextInt(4) == 0) {
        text.appendCodePoint(character());
      } else {
        text.append(SNIPPETS.get(random.nextInt(SNIPPETS.size())));
      }
    }
    return text.toString();
  }

  private int character() {
    int character = random.nextInt(random.nextBoolean() ? 0x3000 : Character.MAX_CODE_POINT + 1);
    boolean surrogate = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    return surrogate ? 'x' : character;
  }
}
