package io.gatun.text;

import java.nio.charset.StandardCharsets;

/**
 * The longest tokens from left to right, those within a word behind a prefix; a word that has a rest is unknown, as
 * is one that is too long.
 */
final class WordPieceModel implements WordModel {
  /**
   * @param first tokens that begin a word
   * @param others tokens within a word, without the prefix
   */
  private record Tables(ByteTrie first, ByteTrie others) {}

  private final Vocabulary vocabulary;
  private final int unknown;
  private final String prefix;
  private final int longestWord;
  private final Lazy<Tables> tables;

  /**
   * @param unknown the token of a word that cannot be spelled
   * @param prefix spelled before each token within a word
   */
  WordPieceModel(Vocabulary vocabulary, int unknown, String prefix, int longestWord) {
    this.vocabulary = vocabulary;
    this.unknown = unknown;
    this.prefix = prefix;
    this.longestWord = longestWord;
    this.tables = new Lazy<>(this::tables);
  }

  String prefix() {
    return prefix;
  }

  int unknown() {
    return unknown;
  }

  private Tables tables() {
    var first = new ByteTrie();
    var others = new ByteTrie();
    for (int id = 0; id < vocabulary.size(); id++) {
      String text = vocabulary.text(id);
      if (vocabulary.isGuarded(id) || vocabulary.isAddedOnly(id)) {
        continue;
      }
      first.add(text.getBytes(StandardCharsets.UTF_8), id);
      if (text.startsWith(prefix)) {
        others.add(text.substring(prefix.length()).getBytes(StandardCharsets.UTF_8), id);
      }
    }
    return new Tables(first, others);
  }

  @Override
  public void encode(String word, IdBuffer ids) {
    int before = ids.size();
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    boolean known = word.codePointCount(0, word.length()) <= longestWord;
    for (int at = 0; known && at < bytes.length; ) {
      ByteTrie trie = at == 0 ? tables.value().first() : tables.value().others();
      int length = trie.appendLongest(bytes, at, ids);
      known = length > 0;
      at += length;
    }
    if (!known) {
      ids.truncate(before);
      ids.add(unknown);
    }
  }
}
