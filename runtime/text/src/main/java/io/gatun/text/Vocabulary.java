package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens of a model: their spelling, type and score, and the parts that some of them play.
 *
 * <p>Immutable and thread-safe. Ids run from 0 to {@link #size}; others are an {@link IndexOutOfBoundsException}.
 */
public final class Vocabulary {
  private final String[] texts;
  private final TokenType[] types;
  private final float[] scores;
  private final Map<SpecialRole, Integer> roles;
  private final Set<Integer> endOfGeneration;
  private final Set<Integer> declaredSpecial;
  private final boolean addsBos;
  private final boolean addsEos;
  private final Lazy<Map<String, Integer>> ids = new Lazy<>(this::index);

  Vocabulary(VocabularyReader reader) {
    this.texts = reader.texts();
    this.types = reader.types();
    this.scores = reader.scores();
    this.roles = Map.copyOf(reader.roles());
    this.endOfGeneration = Set.copyOf(reader.endOfGeneration());
    this.declaredSpecial = Set.copyOf(reader.declaredSpecial());
    this.addsBos = reader.addsBos();
    this.addsEos = reader.addsEos();
  }

  /**
   * Reads {@code tokenizer.ggml.*}.
   *
   * @throws FormatException if the tokens are missing, empty, or their types or scores do not fit
   * @throws io.gatun.tensors.UnsupportedModelException if the kind of tokenizer is not known
   */
  public static Vocabulary of(Metadata metadata) {
    return new VocabularyReader(metadata, TokenizerKind.of(metadata)).read();
  }

  public int size() {
    return texts.length;
  }

  /** The spelling in the vocabulary, which is not the text it stands for: see {@link Tokenizer#piece}. */
  public String text(int id) {
    return texts[id];
  }

  /** The token that is spelled so; the lowest id if there are several. */
  public OptionalInt id(String text) {
    int id = find(text);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  public TokenType type(int id) {
    return types[id];
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

  /** As {@link #id}, negative if there is none. */
  int find(String text) {
    Integer id = ids.value().get(text);
    return id == null ? -1 : id;
  }

  /** Whether text of a stranger must not become this token: also where a workaround made it user-defined. */
  boolean isGuarded(int id) {
    return types[id].isSpecial() || declaredSpecial.contains(id);
  }

  private Map<String, Integer> index() {
    var index = HashMap.<String, Integer>newHashMap(texts.length);
    for (int id = 0; id < texts.length; id++) {
      index.putIfAbsent(texts[id], id);
    }
    return index;
  }
}
