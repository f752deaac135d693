package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import java.util.List;

/**
 * Guesses that a text goes on as it did after its last tokens occurred before: of the earlier occurrences it takes the
 * one that most tokens before it agree with, and of those the latest. Known as prompt lookup. It knows nothing but the
 * text.
 */
final class NgramDrafter implements Drafter {
  /** Tokens that have to agree. */
  private static final int SHORTEST = 2;

  /** Agreement of more tokens does not make a better guess. */
  private static final int LONGEST = 16;

  @Override
  public void guess(List<Draft> drafts) {
    drafts.forEach(NgramDrafter::guess);
  }

  private static void guess(Draft draft) {
    History text = draft.text();
    int next = continuation(text);
    while (next > 0 && draft.wantsMore()) {
      draft.add(next < text.size() ? text.token(next) : draft.token(next - text.size()));
      next++;
    }
  }

  /** Where the text went on last time; 0 if its last tokens are new. */
  private static int continuation(History text) {
    int last = text.size() - 1;
    int longest = SHORTEST - 1;
    int next = 0;
    for (int end = last - 1; end >= longest && longest < LONGEST; end--) {
      int length = agreement(text, end, last);
      if (length > longest) {
        longest = length;
        next = end + 1;
      }
    }
    return next;
  }

  /** How many tokens up to {@code end} are those up to {@code last}, as far as it matters. */
  private static int agreement(History text, int end, int last) {
    int length = 0;
    while (length <= end && length < LONGEST && text.token(end - length) == text.token(last - length)) {
      length++;
    }
    return length;
  }
}
