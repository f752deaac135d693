package io.gatun.text;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * SentencePiece's own normalization: the longest string that a map knows is replaced, spaces are put in front or
 * taken away, and one that stays is spelled U+2581. Immutable, thread-safe.
 *
 * <p>Kudo and Richardson 2018, arXiv 1808.06226.
 *
 * @param prefixesSpace whether a text gets a space in front
 * @param mergesSpaces whether spaces at the ends of a text go, and of several only one stays
 */
record SentencePieceNormalizer(Optional<NormalizationMap> map, boolean prefixesSpace, boolean mergesSpaces)
    implements Normalizer {
  private static final String SPACE = Character.toString(Segmenter.SPACE);

  @Override
  public void apply(NormalizedText text) {
    boolean begins = text.begins();
    map.ifPresent(known -> replace(text, known));
    if (mergesSpaces && !text.text().isEmpty()) {
      merge(text, begins);
    }
    if (prefixesSpace && begins && !text.continues() && !text.text().isEmpty()) {
      text.prepend(" ");
    }
    new Normalizer.Replace(new TextPattern.Literal(" "), SPACE).apply(text);
  }

  private static void replace(NormalizedText normalized, NormalizationMap map) {
    String text = normalized.text();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    NormalizedText.Rewriting rewriting = normalized.new Rewriting();
    int at = 0;
    for (int from = 0; from < text.length(); ) {
      var replacement = new ByteBuilder(16);
      int length = map.replace(bytes, at, replacement);
      int until = at + Math.max(length, UnigramLattice.width(bytes, at));
      int to = from;
      while (at < until) {
        at += UnigramLattice.width(bytes, at);
        to += Character.charCount(text.codePointAt(to));
      }
      if (length == 0) {
        rewriting.keep(from, to);
      } else {
        rewriting.replace(from, to, new String(replacement.toByteArray(), StandardCharsets.UTF_8));
      }
      from = to;
    }
    rewriting.done();
  }

  private static void merge(NormalizedText normalized, boolean begins) {
    String text = normalized.text();
    NormalizedText.Rewriting rewriting = normalized.new Rewriting();
    int last = text.length();
    while (normalized.ends() && last > 0 && text.charAt(last - 1) == ' ') {
      last--;
    }
    boolean afterSpace = begins;
    for (int from = 0; from < last; from++) {
      boolean space = text.charAt(from) == ' ';
      if (!space || !afterSpace) {
        rewriting.keep(from, from + 1);
      }
      afterSpace = space;
    }
    rewriting.done();
  }
}
