package io.gatun.text;

/**
 * A token that is found in a text before anything else.
 *
 * @param singleWord whether it is no part of a longer word
 * @param swallowsBefore whether the whitespace before it is its own
 * @param swallowsAfter whether the whitespace after it is its own
 * @param normalized whether it is looked for in the normalized text
 * @param special whether it steers the model
 */
record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean swallowsBefore,
    boolean swallowsAfter,
    boolean normalized,
    boolean special) {

  /** A token that steers the model, with nothing unusual. */
  static AddedToken special(int id, String content) {
    return new AddedToken(id, content, false, false, false, false, true);
  }

  AddedToken asSpecial() {
    return new AddedToken(id, content, singleWord, swallowsBefore, swallowsAfter, normalized, true);
  }
}
