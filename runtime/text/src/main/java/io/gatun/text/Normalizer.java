package io.gatun.text;

import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a Hugging Face tokenizer does to a text before it is cut, by its {@code type}. Immutable, thread-safe. */
sealed interface Normalizer
    permits Normalizer.InTurn,
        Normalizer.UnicodeForm,
        Normalizer.EachCharacter,
        Normalizer.Strip,
        Normalizer.Prepend,
        Normalizer.Replace,
        Normalizer.Precompiled,
        SentencePieceNormalizer {

  /** @param text not empty; a normalizer may leave nothing of it */
  void apply(NormalizedText text);

  /** One after the other. */
  record InTurn(List<Normalizer> normalizers) implements Normalizer {
    @Override
    public void apply(NormalizedText text) {
      for (Normalizer normalizer : normalizers) {
        if (!text.text().isEmpty()) {
          normalizer.apply(text);
        }
      }
    }
  }

  /** A Unicode normalization form. Stretches are normalized apart where that makes no difference. */
  record UnicodeForm(Form form) implements Normalizer {
    @Override
    public void apply(NormalizedText normalized) {
      String text = normalized.text();
      if (java.text.Normalizer.isNormalized(text, form)) {
        return;
      }
      NormalizedText.Rewriting rewriting = normalized.new Rewriting();
      int from = 0;
      while (from < text.length()) {
        int to = from + 1;
        while (to < text.length() && text.charAt(to) >= 0x80) {
          to++;
        }
        String stretch = text.substring(from, to);
        String changed = to == from + 1 && stretch.charAt(0) < 0x80 ? stretch : java.text.Normalizer.normalize(stretch,
            form);
        if (changed.equals(stretch)) {
          rewriting.keep(from, to);
        } else {
          int same = stretch.charAt(0) < 0x80 && changed.charAt(0) == stretch.charAt(0) ? 1 : 0;
          rewriting.keep(from, from + same);
          rewriting.replace(from + same, to, changed.substring(same));
        }
        from = to;
      }
      rewriting.done();
    }
  }

  /** What becomes of one character. */
  interface CharacterRule {
    /** What replaces the character; null where it stays. */
    @Nullable String replacement(int character);
  }

  /** Each character by itself. */
  record EachCharacter(CharacterRule rule) implements Normalizer {
    @Override
    public void apply(NormalizedText normalized) {
      String text = normalized.text();
      NormalizedText.Rewriting rewriting = null;
      int kept = 0;
      for (int at = 0; at < text.length(); ) {
        int character = text.codePointAt(at);
        int end = at + Character.charCount(character);
        String replacement = rule.replacement(character);
        if (replacement != null) {
          rewriting = rewriting != null ? rewriting : normalized.new Rewriting();
          rewriting.keep(kept, at);
          rewriting.replace(at, end, replacement);
          kept = end;
        }
        at = end;
      }
      if (rewriting != null) {
        rewriting.keep(kept, text.length());
        rewriting.done();
      }
    }
  }

  /** Takes whitespace off the ends. */
  record Strip(boolean left, boolean right) implements Normalizer {
    @Override
    public void apply(NormalizedText normalized) {
      String text = normalized.text();
      int from = 0;
      int to = text.length();
      while (left && from < to && Characters.isWhitespace(text.charAt(from))) {
        from++;
      }
      while (right && to > from && Characters.isWhitespace(text.charAt(to - 1))) {
        to--;
      }
      if (from > 0 || to < text.length()) {
        NormalizedText.Rewriting rewriting = normalized.new Rewriting();
        rewriting.keep(from, to);
        rewriting.done();
      }
    }
  }

  /** Puts something in front. */
  record Prepend(String prefix) implements Normalizer {
    @Override
    public void apply(NormalizedText text) {
      if (!text.continues()) {
        text.prepend(prefix);
      }
    }
  }

  /** Replaces what a pattern matches. */
  record Replace(TextPattern pattern, String content) implements Normalizer {
    @Override
    public void apply(NormalizedText normalized) {
      String text = normalized.text();
      NormalizedText.Rewriting rewriting = normalized.new Rewriting();
      var kept = new int[1];
      pattern.find(
          text,
          (from, to) -> {
            rewriting.keep(kept[0], from);
            rewriting.replace(from, to, content);
            kept[0] = to;
          });
      rewriting.keep(kept[0], text.length());
      rewriting.done();
    }
  }

  /**
   * SentencePiece's map of characters as Hugging Face reads it: of a grapheme of less than six bytes, or else of
   * each of its characters, the shortest begin that the map knows stands for the whole.
   */
  record Precompiled(NormalizationMap map) implements Normalizer {
    private static final int LONG_GRAPHEME = 6;

    @Override
    public void apply(NormalizedText normalized) {
      String text = normalized.text();
      NormalizedText.Rewriting rewriting = normalized.new Rewriting();
      BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
      graphemes.setText(text);
      int from = graphemes.first();
      for (int to = graphemes.next(); to != BreakIterator.DONE; from = to, to = graphemes.next()) {
        boolean isLong = text.substring(from, to).getBytes(StandardCharsets.UTF_8).length >= LONG_GRAPHEME;
        if (isLong || !replaced(text, from, to, rewriting)) {
          eachCharacter(text, from, to, rewriting);
        }
      }
      rewriting.done();
    }

    private void eachCharacter(String text, int from, int to, NormalizedText.Rewriting rewriting) {
      for (int at = from; at < to; ) {
        int end = at + Character.charCount(text.codePointAt(at));
        if (!replaced(text, at, end, rewriting)) {
          rewriting.keep(at, end);
        }
        at = end;
      }
    }

    private boolean replaced(String text, int from, int to, NormalizedText.Rewriting rewriting) {
      var replacement = new ByteBuilder(16);
      if (!map.replaceByBegin(text.substring(from, to).getBytes(StandardCharsets.UTF_8), replacement)) {
        return false;
      }
      rewriting.replace(from, to, new String(replacement.toByteArray(), StandardCharsets.UTF_8));
      return true;
    }
  }
}
