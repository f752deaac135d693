package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The tokens of a model: their spelling, type and score, and the parts that some of them play.
 *
 * <p>Immutable and thread-safe. Ids run from 0 to {@link #size}; others are an {@link IndexOutOfBoundsException}.
 */
public final class Vocabulary {
  private final Utf8Strings tokens;
  private final byte[] types;
  private final float[] scores;
  private final Map<SpecialRole, Integer> roles;
  private final Set<Integer> endOfGeneration;
  private final BitSet declaredSpecial;
  private final BitSet addedOnly;
  private final TokenIndex ids;
  private final boolean addsBos;
  private final boolean addsEos;
  private final boolean addsSeparator;

  Vocabulary(VocabularyReader reader) {
    this.tokens = reader.tokens();
    this.types = reader.types();
    this.scores = reader.scores();
    this.roles = Map.copyOf(reader.roles());
    this.endOfGeneration = Set.copyOf(reader.endOfGeneration());
    this.declaredSpecial = reader.declaredSpecial();
    this.addedOnly = reader.addedOnly();
    this.ids = reader.ids();
    this.addsBos = reader.addsBos();
    this.addsEos = reader.addsEos();
    this.addsSeparator = reader.addsSeparator();
  }

  /**
   * Reads {@code tokenizer.ggml.*}.
   *
   * @throws FormatException if the tokens are missing, empty or not distinct, or their types or scores do not fit
   * @throws io.gatun.tensors.UnsupportedModelException if the kind of tokenizer is not known
   */
  public static Vocabulary of(Metadata metadata) {
    return new VocabularyReader(metadata, TokenizerKind.of(metadata)).read();
  }

  public int size() {
    return tokens.size();
  }

  /** The spelling in the vocabulary, which is not the text it stands for: see {@link Tokenizer#piece}. */
  public String text(int id) {
    return tokens.get(id);
  }

  /** The token that is spelled so. */
  public OptionalInt id(String text) {
    int id = find(text);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  public TokenType type(int id) {
    return TokenType.ofNumber(types[id]);
  }

  /** The log probability of a SentencePiece token; 0 where the file has none. */
  public float score(int id) {
    return scores.length == 0 ? 0 : scores[id];
  }

  /** The token that plays a part, by the metadata or by its spelling. */
  public OptionalInt special(SpecialRole role) {
    Integer id = roles.get(role);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  public OptionalInt bos() {
    return special(SpecialRole.BOS);
  }

  public OptionalInt eos() {
    return special(SpecialRole.EOS);
  }

  /** Whether an answer ends with this token. */
  public boolean isEndOfGeneration(int id) {
    return endOfGeneration.contains(id);
  }

  /** All tokens that end an answer. */
  public Set<Integer> endOfGeneration() {
    return endOfGeneration;
  }

  /** Whether {@link EncodeOption#ADD_SPECIAL} puts {@link #bos} in front. */
  public boolean addsBos() {
    return addsBos;
  }

  /** Whether {@link EncodeOption#ADD_SPECIAL} puts {@link #eos} at the end. */
  public boolean addsEos() {
    return addsEos;
  }

  /** Whether {@link EncodeOption#ADD_SPECIAL} puts {@link SpecialRole#SEPARATOR} at the end. */
  public boolean addsSeparator() {
    return addsSeparator;
  }

  /** As {@link #id}, negative if there is none. */
  int find(String text) {
    return ids.find(text);
  }

  /** As {@link #find(String)}, of a part of a text in UTF-8. */
  int find(byte[] text, int from, int to) {
    return ids.find(text, from, to);
  }

  /** As {@link #find}, but of the tokens that text of a stranger may become by its characters. */
  int findOrdinary(String text) {
    return unlessGuarded(ids.find(text));
  }

  /** As {@link #findOrdinary(String)}, of a part of a text in UTF-8. */
  int findOrdinary(byte[] text, int from, int to) {
    return unlessGuarded(ids.find(text, from, to));
  }

  /** The {@link Utf8Strings#hash} of a spelling. */
  int hash(int id) {
    return ids.hash(id);
  }

  /** The number of {@link #bytes}. */
  int length(int id) {
    return tokens.length(id);
  }

  private int unlessGuarded(int id) {
    return id >= 0 && (isControl(id) || addedOnly.get(id)) ? TokenIndex.NONE : id;
  }

  private boolean isControl(int id) {
    return type(id).isSpecial() || declaredSpecial.get(id);
  }

  /**
   * Whether text of a stranger must not become this token: also where a workaround made it user-defined, and where its
   * spelling is no text.
   */
  boolean isGuarded(int id) {
    return isControl(id) || isMalformed(id);
  }

  /** The UTF-8 of {@link #text}, or what the file has in its place. */
  byte[] bytes(int id) {
    return tokens.bytes(id);
  }

  /** Whether the spelling is no UTF-8. */
  boolean isMalformed(int id) {
    return !tokens.isWellFormed(id);
  }

  /** Whether ordinary text never becomes this token, but where it is found before anything else. */
  boolean isAddedOnly(int id) {
    return addedOnly.get(id);
  }

  /** All tokens that text of a stranger may become by its characters, by their bytes. */
  ByteTrie ordinaryTokens() {
    return ordinaryTokens(id -> true);
  }

  /** As {@link #ordinaryTokens()}, of those alone that {@code wanted} accepts. */
  ByteTrie ordinaryTokens(IntPredicate wanted) {
    var trie = new ByteTrie();
    for (int id = 0; id < size(); id++) {
      if (!isGuarded(id) && !addedOnly.get(id) && wanted.test(id)) {
        trie.add(bytes(id), id);
      }
    }
    return trie;
  }

  /**
   * The token of what the vocabulary cannot express.
   *
   * @throws FormatException if no token plays this part
   */
  int unknown(Metadata metadata) {
    return special(SpecialRole.UNKNOWN)
        .orElseThrow(
            () ->
                new FormatException(
                    "%s: key %sunknown_token_id names no token, expected one for text outside the vocabulary"
                        .formatted(metadata.origin(), VocabularyReader.PREFIX)));
  }
}
