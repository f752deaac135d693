package io.gatun.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Finds added tokens in a text as Hugging Face does: from left to right, at each place the longest. Immutable,
 * thread-safe.
 */
final class AddedTokens {

  private final List<AddedToken> tokens = new ArrayList<>();
  private final IdBuffer lengths = new IdBuffer();
  private final BitSet guarded = new BitSet();
  private final TextTrie spellings = new TextTrie();

  /** @param spelling how the content of a token is spelled in the texts that are searched; not at all if it is empty */
  AddedTokens(List<AddedToken> tokens, Vocabulary vocabulary, UnaryOperator<String> spelling) {
    for (AddedToken token : tokens) {
      String text = spelling.apply(token.content());
      if (!text.isEmpty()) {
        guarded.set(this.tokens.size(), vocabulary.isGuarded(token.id()));
        spellings.add(text, this.tokens.size());
        this.tokens.add(token);
        lengths.add(text.length());
      }
    }
  }

  /**
   * The tokens in {@code text} from left to right.
   *
   * @param untrusted the characters that must not be a part of a control token
   */
  List<SpecialTokens.Placement> find(String text, BitSet untrusted) {
    var placements = new ArrayList<SpecialTokens.Placement>();
    int done = 0;
    for (int at = 0; at < text.length(); ) {
      int found = longest(text, at, untrusted);
      if (found == TextTrie.NONE) {
        at++;
        continue;
      }
      AddedToken token = tokens.get(found);
      int end = at + lengths.at(found);
      if (!token.singleWord() || standsAlone(text, at, end)) {
        int from = token.swallowsBefore() ? beforeSpace(text, at, done) : at;
        int to = token.swallowsAfter() ? afterSpace(text, end) : end;
        placements.add(new SpecialTokens.Placement(Math.max(from, done), to, token.id()));
        done = to;
      }
      at = end;
    }
    return placements;
  }

  /** The longest token that begins at a place. */
  private int longest(String text, int from, BitSet untrusted) {
    TextTrie.Node node = spellings.begin(text.charAt(from));
    if (node == null) {
      return TextTrie.NONE;
    }
    int firstUntrusted = untrusted.nextSetBit(from);
    int trusted = firstUntrusted < 0 ? text.length() : firstUntrusted;
    int longest = TextTrie.NONE;
    for (int at = from + 1; node != null; at++) {
      if (node.token() != TextTrie.NONE && (at <= trusted || !guarded.get(node.token()))) {
        longest = node.token();
      }
      node = at < text.length() ? node.child(text.charAt(at)) : null;
    }
    return longest;
  }

  private static boolean standsAlone(String text, int from, int to) {
    boolean wordBefore = from > 0 && Characters.isWord(text.codePointBefore(from));
    boolean wordAfter = to < text.length() && Characters.isWord(text.codePointAt(to));
    return !wordBefore && !wordAfter;
  }

  private static int beforeSpace(String text, int from, int begin) {
    int at = from;
    while (at > begin && Characters.isWhitespace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int afterSpace(String text, int to) {
    int at = to;
    while (at < text.length() && Characters.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
