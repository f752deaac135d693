package io.gatun.text;

/** Each word is a token; others are the unknown token, or nothing where there is none. */
final class WordLevelModel implements WordModel {
  private final Vocabulary vocabulary;
  private final int unknown;

  WordLevelModel(Vocabulary vocabulary, String unknown) {
    this.vocabulary = vocabulary;
    this.unknown = vocabulary.find(unknown);
  }

  @Override
  public void encode(String word, IdBuffer ids) {
    int id = vocabulary.findOrdinary(word);
    if (id >= 0) {
      ids.add(id);
    } else if (unknown >= 0) {
      ids.add(unknown);
    }
  }
}
