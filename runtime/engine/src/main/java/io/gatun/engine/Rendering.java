package io.gatun.engine;

import io.gatun.text.TextRun;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A prompt as a chat template rendered it. Immutable.
 *
 * @param text all of it
 * @param said the characters that messages brought; the others are the template's
 */
record Rendering(String text, BitSet said) {
  static final Rendering NOTHING = new Rendering("", new BitSet());

  static Rendering of(List<TextRun> runs) {
    var text = new StringBuilder();
    var said = new BitSet();
    for (TextRun run : runs) {
      int from = text.length();
      text.append(run.text());
      if (run.origin() == TextRun.Origin.USER) {
        said.set(from, text.length());
      }
    }
    return new Rendering(text.toString(), said);
  }

  /** Its rest in stretches of one author, none of them empty. */
  List<TextRun> from(int offset) {
    var runs = new ArrayList<TextRun>();
    for (int from = offset; from < text.length(); ) {
      boolean user = said.get(from);
      int change = user ? said.nextClearBit(from) : said.nextSetBit(from);
      int to = change < 0 ? text.length() : Math.min(change, text.length());
      runs.add(user ? TextRun.user(text.substring(from, to)) : TextRun.template(text.substring(from, to)));
      from = to;
    }
    return runs;
  }

  /** Whether it begins with the first characters of another one, and the same authors wrote them. */
  boolean beginsWith(Rendering other, int characters) {
    return text.regionMatches(0, other.text, 0, characters)
        && said.get(0, characters).equals(other.said.get(0, characters));
  }

  /** What the template wrote at the end. */
  String templateTail() {
    return text.substring(Math.min(said.length(), text.length()));
  }
}
