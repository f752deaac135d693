package io.gatun.text;

import java.lang.Character.UnicodeScript;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a Hugging Face tokenizer cuts a text into words, by the {@code type} of a pre-tokenizer. Immutable, thread-safe. */
sealed interface WordCut {

  void apply(Splits splits);

  /** One after the other, each within the words of the one before. */
  record InTurn(List<WordCut> cuts) implements WordCut {
    @Override
    public void apply(Splits splits) {
      cuts.forEach(cut -> cut.apply(splits));
    }
  }

  /** At the matches of a pattern. */
  record Split(TextPattern pattern, SplitBehavior behavior, boolean inverted) implements WordCut {
    @Override
    public void apply(Splits splits) {
      splits.each((word, pieces) -> behavior.cut(word, pattern, inverted, pieces));
    }
  }

  /** Puts a space in front of every word that has none. */
  record PrefixSpace() implements WordCut {
    @Override
    public void apply(Splits splits) {
      splits.each((word, pieces) -> pieces.add(word.startsWith(" ") || pieces.continuesText() ? word : " " + word));
    }
  }

  /** Rewrites every word. */
  record Rewrite(UnaryOperator<String> rule) implements WordCut {
    @Override
    public void apply(Splits splits) {
      splits.each((word, pieces) -> pieces.add(rule.apply(word)));
    }
  }

  /** Which words {@link Metaspace} puts its character in front of. */
  enum PrependScheme {
    ALWAYS,
    /** That at the begin of the text. */
    FIRST,
    NEVER
  }

  /** Spells a space as another character, puts that in front, and cuts before it. */
  record Metaspace(int replacement, PrependScheme scheme, boolean splits) implements WordCut {
    @Override
    public void apply(Splits words) {
      String space = Character.toString(replacement);
      var cut = new TextPattern.Literal(space);
      words.each(
          (word, pieces) -> {
            String spelled = word.replace(" ", space);
            boolean wanted = scheme == PrependScheme.ALWAYS || (scheme == PrependScheme.FIRST && pieces.beginsText());
            if (wanted && !pieces.continuesText() && !spelled.startsWith(space)) {
              spelled = space + spelled;
            }
            if (splits) {
              SplitBehavior.MERGED_WITH_NEXT.cut(spelled, cut, false, pieces);
            } else {
              pieces.add(spelled);
            }
          });
    }
  }

  /** Words of so many characters. */
  record FixedLength(int length) implements WordCut {
    @Override
    public void apply(Splits splits) {
      splits.each(
          (word, pieces) -> {
            int from = 0;
            while (from < word.length()) {
              int rest = word.codePointCount(from, word.length());
              int to = word.offsetByCodePoints(from, Math.min(length, rest));
              pieces.add(word, from, to);
              from = to;
            }
          });
    }
  }

  /** Where the script changes; kana are Han, and characters of no script go with what is before them. */
  record UnicodeScripts() implements WordCut {
    private static final int PROLONGED_SOUND_MARK = 0x30FC;

    @Override
    public void apply(Splits splits) {
      splits.each(
          (word, pieces) -> {
            UnicodeScript last = null;
            int begin = -1;
            for (int at = 0; at < word.length(); at += Character.charCount(word.codePointAt(at))) {
              UnicodeScript script = script(word.codePointAt(at));
              if (script != null && script != last) {
                if (begin >= 0) {
                  pieces.add(word, begin, at);
                }
                begin = at;
              }
              last = script != null ? script : last;
            }
            if (begin >= 0) {
              pieces.add(word, begin, word.length());
            }
          });
    }

    private static @Nullable UnicodeScript script(int character) {
      UnicodeScript script = UnicodeScript.of(character);
      if (character == PROLONGED_SOUND_MARK || script == UnicodeScript.HIRAGANA || script == UnicodeScript.KATAKANA) {
        return UnicodeScript.HAN;
      }
      return character == ' ' || script == UnicodeScript.UNKNOWN || Characters.isLater(character) ? null : script;
    }
  }
}
