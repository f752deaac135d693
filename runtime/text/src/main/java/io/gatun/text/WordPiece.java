package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * WordPiece: text is cut at whitespace and punctuation, and each word into the longest tokens from left to right; a word that
 * has a rest is unknown. A word begins with U+2581. Case and accents are dropped unless the metadata says otherwise.
 *
 * <p>Devlin et al. 2018, arXiv 1810.04805; normalization as BERT's, but that only the first character of a decomposition is
 * kept.
 */
final class WordPiece implements Segmenter {
  private static final String NORMALIZER = VocabularyReader.PREFIX + "normalizer.";

  private final int unknown;
  private final boolean lowersCase;
  private final boolean stripsAccents;
  private final Lazy<ByteTrie> trie;

  /** @throws FormatException if the vocabulary has no unknown token */
  WordPiece(Vocabulary vocabulary, Metadata metadata) {
    this.unknown = vocabulary.unknown(metadata);
    this.lowersCase = metadata.optionalBool(NORMALIZER + "lowercase").orElse(true);
    this.stripsAccents = metadata.optionalBool(NORMALIZER + "strip_accents").orElse(lowersCase);
    this.trie = new Lazy<>(vocabulary::ordinaryTokens);
  }

  @Override
  public boolean cleansUp() {
    return true;
  }

  @Override
  public byte[] decode(String spelling) {
    return spelling.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    var word = new StringBuilder();
    text.codePoints()
        .map(character -> stripsAccents ? base(character) : character)
        .forEach(
            character -> {
              if (Characters.isWhitespace(character)) {
                encodeWord(word, ids);
              } else if (standsAlone(character)) {
                encodeWord(word, ids);
                encodeWord(word.appendCodePoint(normalized(character)), ids);
              } else if (!isDropped(character)) {
                word.appendCodePoint(normalized(character));
              }
            });
    encodeWord(word, ids);
  }

  /** The first character of the canonical decomposition. */
  private static int base(int character) {
    if (character < 0xC0 || Characters.isLater(character)) {
      return character;
    }
    return Normalizer.normalize(Character.toString(character), Normalizer.Form.NFD).codePointAt(0);
  }

  private int normalized(int character) {
    return lowersCase ? Characters.lowerCase(character) : character;
  }

  private boolean isDropped(int character) {
    char category = Characters.category(character);
    return category == 'C' || character == 0xFFFD || (stripsAccents && category == 'M');
  }

  private static boolean standsAlone(int character) {
    char category = Characters.category(character);
    return category == 'P' || (category == 'S' && character < 0x7F) || isIdeograph(character);
  }

  /** The ranges of Hugging Face's BertNormalizer, of which the last but two begins later than the block E. */
  static boolean isIdeograph(int character) {
    return (character >= 0x4E00 && character <= 0x9FFF)
        || (character >= 0x3400 && character <= 0x4DBF)
        || (character >= 0x20000 && character <= 0x2A6DF)
        || (character >= 0x2A700 && character <= 0x2B81F)
        || (character >= 0x2B920 && character <= 0x2CEAF)
        || (character >= 0xF900 && character <= 0xFAFF)
        || (character >= 0x2F800 && character <= 0x2FA1F);
  }

  /** Appends the ids of a word, if it is one, and empties it. */
  private void encodeWord(StringBuilder word, IdBuffer ids) {
    if (word.isEmpty()) {
      return;
    }
    byte[] bytes = word.insert(0, SPACE).toString().getBytes(StandardCharsets.UTF_8);
    word.setLength(0);
    int before = ids.size();
    for (int at = 0; at < bytes.length; ) {
      int length = trie.value().appendLongest(bytes, at, ids);
      if (length == 0) {
        ids.truncate(before);
        ids.add(unknown);
        return;
      }
      at += length;
    }
  }
}
