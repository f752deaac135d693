package io.gatun.text;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tree of strings, each with a token. Not thread-safe while strings are added. */
final class TextTrie {
  static final int NONE = -1;

  /** What several strings begin with. */
  static final class Node {
    private final Map<Character, Node> children = new HashMap<>(2);
    private int token = NONE;

    @Nullable Node child(char next) {
      return children.get(next);
    }

    /** The token of the string that ends here, {@link #NONE} if none does. */
    int token() {
      return token;
    }
  }

  private final Node root = new Node();
  private final BitSet firstCharacters = new BitSet();

  /** The first of two tokens of the same string counts. */
  void add(String text, int token) {
    firstCharacters.set(text.charAt(0));
    Node node = root;
    for (int i = 0; i < text.length(); i++) {
      node = node.children.computeIfAbsent(text.charAt(i), absent -> new Node());
    }
    node.token = node.token == NONE ? token : node.token;
  }

  /** The strings that begin so; null if there are none. */
  @Nullable Node begin(char first) {
    return firstCharacters.get(first) ? root.child(first) : null;
  }
}
