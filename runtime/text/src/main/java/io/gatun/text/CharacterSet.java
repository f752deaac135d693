package io.gatun.text;

import java.util.function.IntPredicate;

/**
 * A set of characters in a split pattern. Sets of equal source are equal.
 *
 * @param source how the pattern spells it
 */
record CharacterSet(String source, IntPredicate members) {

  boolean contains(int character) {
    return members.test(character);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharacterSet set && set.source.equals(source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }
}
