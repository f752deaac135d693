package io.gatun.text;

import io.gatun.text.WordCut.PrependScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The pre-tokenizers of {@code tokenizer.json}. */
final class WordCutReader {
  private static final int LONGEST = 1 << 20;

  private WordCutReader() {}

  static WordCut read(JsonObject source) {
    String type = source.string("type");
    return switch (type) {
      case "Sequence" -> new WordCut.InTurn(source.objects("pretokenizers").stream().map(WordCutReader::read).toList());
      case "ByteLevel" -> byteLevel(source.bool("add_prefix_space", true), regex(source));
      case "Split" ->
          new WordCut.Split(TextPatternReader.read(source, "pattern"), behavior(source), source.bool("invert", false));
      case "Metaspace" -> metaspace(source);
      case "Whitespace" -> new WordCut.Split(new TextPattern.WordsAndSigns(), SplitBehavior.REMOVED, true);
      case "WhitespaceSplit" -> whitespaceSplit();
      case "BertPreTokenizer" -> new WordCut.InTurn(List.of(whitespaceSplit(), punctuation(SplitBehavior.ISOLATED)));
      case "Punctuation" -> punctuation(source.has("behavior") ? behavior(source) : SplitBehavior.ISOLATED);
      case "Digits" -> {
        boolean each = source.bool("individual_digits", false);
        yield new WordCut.Split(
            new TextPattern.EachOf(character -> Characters.newestCategory(character) == 'N'),
            each ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS,
            false);
      }
      case "CharDelimiterSplit" ->
          new WordCut.Split(
              new TextPattern.Literal(Character.toString(source.character("delimiter"))), SplitBehavior.REMOVED, false);
      case "UnicodeScripts" -> new WordCut.UnicodeScripts();
      case "FixedLength" -> new WordCut.FixedLength(source.integer("length", 1, LONGEST, 5));
      default -> throw source.unsupported("type", "pre-tokenizer '" + type + "'");
    };
  }

  private static Optional<String> regex(JsonObject source) {
    return source.bool("use_regex", true) ? Optional.of(PreTokenizer.Words.GPT_2) : Optional.empty();
  }

  /** Bytes as characters, after a space in front and a cut where those are wanted. */
  static WordCut byteLevel(boolean prefixesSpace, Optional<String> expression) {
    var steps = new ArrayList<WordCut>();
    if (prefixesSpace) {
      steps.add(new WordCut.PrefixSpace());
    }
    expression.ifPresent(
        regex -> steps.add(new WordCut.Split(TextPattern.expression(regex), SplitBehavior.ISOLATED, false)));
    steps.add(new WordCut.Rewrite(ByteAlphabet::spell));
    return new WordCut.InTurn(List.copyOf(steps));
  }

  private static WordCut whitespaceSplit() {
    return new WordCut.Split(new TextPattern.EachOf(Characters::isWhitespace), SplitBehavior.REMOVED, false);
  }

  private static WordCut punctuation(SplitBehavior behavior) {
    return new WordCut.Split(new TextPattern.EachOf(WordCutReader::isPunctuation), behavior, false);
  }

  private static boolean isPunctuation(int character) {
    char category = Characters.newestCategory(character);
    return category == 'P' || (character < 0x80 && category == 'S');
  }

  private static SplitBehavior behavior(JsonObject source) {
    String name = source.string("behavior");
    return switch (name) {
      case "Removed" -> SplitBehavior.REMOVED;
      case "Isolated" -> SplitBehavior.ISOLATED;
      case "MergedWithPrevious" -> SplitBehavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> SplitBehavior.MERGED_WITH_NEXT;
      case "Contiguous" -> SplitBehavior.CONTIGUOUS;
      default -> throw source.unsupported("behavior", "'" + name + "'");
    };
  }

  private static WordCut metaspace(JsonObject source) {
    return new WordCut.Metaspace(source.character("replacement"), scheme(source), source.bool("split", true));
  }

  /** The scheme; older files have {@code add_prefix_space} instead. */
  static PrependScheme scheme(JsonObject source) {
    if (!source.bool("add_prefix_space", true)) {
      return PrependScheme.NEVER;
    }
    String name = source.string("prepend_scheme", "always");
    return switch (name) {
      case "always" -> PrependScheme.ALWAYS;
      case "first" -> PrependScheme.FIRST;
      case "never" -> PrependScheme.NEVER;
      default -> throw source.unsupported("prepend_scheme", "'" + name + "'");
    };
  }
}
