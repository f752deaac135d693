package io.gatun.engine;

/** A text of given tokens. */
final class Ids implements LogitsProcessor.History {
  private final int[] ids;

  Ids(int... ids) {
    this.ids = ids.clone();
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public int promptSize() {
    return 0;
  }

  @Override
  public int token(int index) {
    return ids[index];
  }
}
