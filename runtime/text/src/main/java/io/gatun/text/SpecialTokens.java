package io.gatun.text;

import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds control and user-defined tokens spelled in a text. Longer spellings (in bytes) are placed first, each from left to
 * right where the text is still free. Immutable, thread-safe.
 */
final class SpecialTokens {
  private static final String WHITESPACE = " \t\n\u000B\f\r";

  /** A token in a text; the text from {@code from} to {@code to} is its own and the whitespace that it swallows. */
  record Placement(int from, int to, int id) {}

  private record Token(int id, String text, boolean guarded, boolean swallowsBefore, boolean swallowsAfter) {}

  /** Longest first. */
  private final List<Token> tokens = new ArrayList<>();
  private final TextTrie spellings = new TextTrie();

  SpecialTokens(Vocabulary vocabulary, Metadata metadata) {
    Swallowing swallowing = Swallowing.of(metadata);
    for (int id = 0; id < vocabulary.size(); id++) {
      TokenType type = vocabulary.type(id);
      if ((type.isSpecial() || type == TokenType.USER_DEFINED) && !vocabulary.isMalformed(id)) {
        String text = vocabulary.text(id);
        tokens.add(
            new Token(id, text, vocabulary.isGuarded(id), swallowing.before(text), swallowing.after(text)));
      }
    }
    tokens.sort(Comparator.comparingInt(token -> -token.text().getBytes(StandardCharsets.UTF_8).length));
    for (int i = 0; i < tokens.size(); i++) {
      spellings.add(tokens.get(i).text(), i);
    }
  }

  /**
   * The tokens in {@code text} from left to right, without overlap.
   *
   * @param untrusted the characters that must not be a part of a control token
   */
  List<Placement> find(String text, BitSet untrusted) {
    var placements = new ArrayList<Placement>();
    BitSet present = present(text);
    var taken = new BitSet();
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      place(tokens.get(i), text, untrusted, taken, placements);
    }
    placements.sort(Comparator.comparingInt(Placement::from));
    return placements;
  }

  /** Which tokens are spelled anywhere in the text. */
  private BitSet present(String text) {
    var present = new BitSet();
    for (int start = 0; start < text.length(); start++) {
      TextTrie.Node node = spellings.begin(text.charAt(start));
      for (int i = start + 1; node != null; i++) {
        if (node.token() != TextTrie.NONE) {
          present.set(node.token());
        }
        node = i < text.length() ? node.child(text.charAt(i)) : null;
      }
    }
    return present;
  }

  private static void place(Token token, String text, BitSet untrusted, BitSet taken, List<Placement> placements) {
    int at = text.indexOf(token.text());
    while (at >= 0) {
      int end = at + token.text().length();
      int obstacle = firstIn(taken, at, end);
      if (obstacle < 0 && token.guarded()) {
        obstacle = firstIn(untrusted, at, end);
      }
      if (obstacle < 0) {
        Placement placement = swallow(token, at, end, text, taken);
        placements.add(placement);
        taken.set(placement.from(), placement.to());
        at = text.indexOf(token.text(), end);
      } else {
        at = text.indexOf(token.text(), Math.max(at, obstacle) + 1);
      }
    }
  }

  private static Placement swallow(Token token, int at, int end, String text, BitSet taken) {
    int from = at;
    while (token.swallowsBefore() && from > 0 && isFreeSpace(text, from - 1, taken)) {
      from--;
    }
    int to = end;
    while (token.swallowsAfter() && to < text.length() && isFreeSpace(text, to, taken)) {
      to++;
    }
    return new Placement(from, to, token.id());
  }

  private static boolean isFreeSpace(String text, int at, BitSet taken) {
    return WHITESPACE.indexOf(text.charAt(at)) >= 0 && !taken.get(at);
  }

  private static int firstIn(BitSet characters, int from, int to) {
    int first = characters.nextSetBit(from);
    return first < to ? first : -1;
  }

  /** Which tokens swallow the whitespace beside them: files do not say, so it is known by the model, as in llama.cpp. */
  private enum Swallowing {
    NONE,
    ANGLED_MASK_BEFORE,
    SQUARE_MASK_BEFORE,
    PHI_3;

    private static final Set<String> PHI_3_KEEP = Set.of("<unk>", "<s>", "<|endoftext|>");

    static Swallowing of(Metadata metadata) {
      String name = text(metadata, "general.name").toLowerCase(Locale.ROOT);
      String pre = text(metadata, VocabularyReader.PRE);
      String architecture = text(metadata, "general.architecture");
      if (containsAny(pre, "jina-v2-de", "jina-v2-es", "jina-v2-code")
          || containsAny(architecture, "nomic-bert-moe", "jina-bert-v3")) {
        return ANGLED_MASK_BEFORE;
      }
      if (containsAny(name, "phi-3", "phi3")) {
        return PHI_3;
      }
      return containsAny(name, "modern-bert") ? SQUARE_MASK_BEFORE : NONE;
    }

    private static String text(Metadata metadata, String key) {
      return metadata.optionalString(key).orElse("");
    }

    private static boolean containsAny(String text, String... parts) {
      return Stream.of(parts).anyMatch(text::contains);
    }

    boolean before(String token) {
      return (this == ANGLED_MASK_BEFORE && token.equals("<mask>"))
          || (this == SQUARE_MASK_BEFORE && token.equals("[MASK]"));
    }

    boolean after(String token) {
      return this == PHI_3 && !PHI_3_KEEP.contains(token);
    }
  }
}
