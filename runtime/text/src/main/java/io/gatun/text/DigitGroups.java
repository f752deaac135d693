package io.gatun.text;

/**
 * Cuts runs of digits into groups of three, counted from their last digit. What a run leaves over at its begin stays with the
 * text before it. Immutable.
 */
enum DigitGroups implements SplitPass {
  /** After each group and after what is left over: numbers of any script. */
  AFTER {
    @Override
    boolean isDigit(int character) {
      return Characters.category(character) == 'N';
    }

    @Override
    boolean cutsAt(int digitsBefore, int digitsAfter) {
      return digitsBefore > 0 && digitsAfter % GROUP == 0;
    }
  },
  /** Before each group: ASCII digits. */
  BEFORE {
    @Override
    boolean isDigit(int character) {
      return character >= '0' && character <= '9';
    }

    @Override
    boolean cutsAt(int digitsBefore, int digitsAfter) {
      return digitsAfter > 0 && digitsAfter % GROUP == 0;
    }
  };

  private static final int GROUP = 3;

  abstract boolean isDigit(int character);

  /** Whether to cut between digits of a run, by their number on both sides. */
  abstract boolean cutsAt(int digitsBefore, int digitsAfter);

  @Override
  public void cut(String text, int from, int to, Scratch scratch, IdBuffer ends) {
    int done = from;
    int at = from;
    while (at < to) {
      int character = text.codePointAt(at);
      if (!isDigit(character)) {
        at += Character.charCount(character);
        continue;
      }
      int digits = digits(text, at, to);
      for (int before = 0; before <= digits; before++) {
        if (cutsAt(before, digits - before) && at > done) {
          ends.add(at);
          done = at;
        }
        at += before < digits ? Character.charCount(text.codePointAt(at)) : 0;
      }
    }
    if (done < to) {
      ends.add(to);
    }
  }

  private int digits(String text, int from, int to) {
    int digits = 0;
    for (int at = from; at < to && isDigit(text.codePointAt(at)); at += Character.charCount(text.codePointAt(at))) {
      digits++;
    }
    return digits;
  }
}
