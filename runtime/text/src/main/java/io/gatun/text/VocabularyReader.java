package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import io.gatun.text.PreTokenizer.Trait;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a vocabulary from {@code tokenizer.ggml.*}. Used once, by one thread. */
final class VocabularyReader {
  static final String PREFIX = "tokenizer.ggml.";
  static final String MODEL = PREFIX + "model";
  static final String PRE = PREFIX + "pre";
  static final String TOKENS = PREFIX + "tokens";
  static final String MERGES = PREFIX + "merges";
  static final String SCORES = PREFIX + "scores";
  static final String TYPES = PREFIX + "token_type";

  private static final System.Logger LOG = System.getLogger("io.gatun.text");

  private final Metadata metadata;
  private final TokenizerKind kind;
  private final Optional<PreTokenizer> preTokenizer;
  private final Utf8Strings tokens;
  private final TokenIndex ids;
  /** The numbers of {@link TokenType}. */
  private final byte[] types;
  private final float[] scores;
  private final Map<SpecialRole, Integer> roles = new EnumMap<>(SpecialRole.class);
  private final Set<Integer> endOfGeneration = new HashSet<>();
  private final BitSet declaredSpecial = new BitSet();
  private final BitSet addedOnly = new BitSet();
  private boolean addsBos;
  private boolean addsEos;
  private boolean addsSeparator;

  VocabularyReader(Metadata metadata, TokenizerKind kind) {
    this.metadata = metadata;
    this.kind = kind;
    this.preTokenizer = kind == TokenizerKind.BYTE_PAIR ? Optional.of(PreTokenizer.of(metadata)) : Optional.empty();
    this.tokens = readTokens();
    this.ids = index();
    this.types = readTypes();
    this.scores = readScores();
  }

  Vocabulary read() {
    for (int id = 0; id < types.length; id++) {
      TokenType type = TokenType.ofNumber(types[id]);
      if (type.isSpecial()) {
        declaredSpecial.set(id);
      }
      if (type == TokenType.BYTE) {
        checkByte(id);
      }
    }
    for (SpecialRole role : SpecialRole.values()) {
      readRole(role);
    }
    ControlTokens.apply(this);
    // How pairs of texts are joined is the caller's business.
    metadata.ignore(PREFIX + "add_sep_token");
    addsBos = readAdds("add_bos_token", SpecialRole.BOS);
    addsEos = readAdds("add_eos_token", SpecialRole.EOS);
    addsSeparator = kind == TokenizerKind.WORD_PIECE && has(SpecialRole.SEPARATOR);
    return new Vocabulary(this);
  }

  private Utf8Strings readTokens() {
    Utf8Strings stored = metadata.utf8Strings(TOKENS);
    if (stored.isEmpty()) {
      throw new FormatException(
          "%s: key %s has no tokens, expected at least 1".formatted(metadata.origin(), TOKENS));
    }
    boolean complete = true;
    for (int id = 0; id < stored.size(); id++) {
      if (stored.length(id) == 0) {
        complete = false;
        LOG.log(Level.WARNING, "{0}: token {1} is empty: using ''{2}''", metadata.origin(), Integer.toString(id), nameOfEmpty(id));
      }
    }
    return complete
        ? stored
        : Utf8Strings.of(
            stored.size(),
            id -> stored.length(id) == 0 ? nameOfEmpty(id).getBytes(StandardCharsets.UTF_8) : stored.bytes(id));
  }

  private static String nameOfEmpty(int id) {
    return "[EMPTY_" + id + "]";
  }

  /** The tokens by their spelling; what is no UTF-8 may occur twice. */
  private TokenIndex index() {
    var index = new TokenIndex(tokens);
    for (int id = 0; id < tokens.size(); id++) {
      int same = index.add(id);
      if (same != TokenIndex.NONE && tokens.isWellFormed(id)) {
        throw new FormatException(
            "%s: key %s: tokens %d and %d are both '%s', expected distinct tokens"
                .formatted(metadata.origin(), TOKENS, same, id, tokens.get(id)));
      }
    }
    return index;
  }

  private byte[] readTypes() {
    var read = new byte[tokens.size()];
    long[] numbers = metadata.optionalIntegers(TYPES).orElse(null);
    if (numbers == null) {
      Arrays.fill(read, TokenType.NORMAL.number());
      return read;
    }
    checkLength(TYPES, numbers.length);
    for (int id = 0; id < read.length; id++) {
      read[id] = TokenType.ofNumber(numbers[id]).number();
    }
    return read;
  }

  /** Scores are f32, in some files whole numbers. */
  private float[] readScores() {
    if (metadata.peek(SCORES).isEmpty()) {
      return new float[0];
    }
    if (metadata.peek(SCORES).get().content() instanceof long[] whole) {
      metadata.ignore(SCORES);
      checkLength(SCORES, whole.length);
      var read = new float[whole.length];
      for (int id = 0; id < read.length; id++) {
        read[id] = whole[id];
      }
      return read;
    }
    float[] read = metadata.optionalFloats(SCORES).orElseThrow();
    checkLength(SCORES, read.length);
    return read;
  }

  private void checkLength(String key, int length) {
    if (length < tokens.size()) {
      throw new FormatException(
          "%s: key %s has %d entries, expected one for each of %d tokens"
              .formatted(metadata.origin(), key, length, tokens.size()));
    }
  }

  private void checkByte(int id) {
    if (!ByteTokens.isSpelling(tokens.get(id))) {
      throw new FormatException(
          "%s: key %s: token %d is of type byte and spelled '%s', expected <0x00> to <0xFF>"
              .formatted(metadata.origin(), TOKENS, id, tokens.get(id)));
    }
  }

  /** An id outside the vocabulary is ignored: files carry 2³²−1 for a part that nobody plays. */
  private void readRole(SpecialRole role) {
    Integer usual = kind.usualRoles().get(role);
    if (usual != null && usual < tokens.size()) {
      roles.put(role, usual);
    }
    for (String key : role.keys()) {
      metadata.optionalInteger(PREFIX + key).ifPresent(id -> putRole(role, PREFIX + key, id));
    }
  }

  private void putRole(SpecialRole role, String key, long id) {
    if (id >= 0 && id < tokens.size()) {
      roles.put(role, (int) id);
    } else {
      LOG.log(Level.WARNING, "{0}: key {1} is {2}, not one of {3} tokens: ignored",
          metadata.origin(), key, Long.toString(id), Integer.toString(tokens.size()));
    }
  }

  /** What the kind of tokenizer leaves to the metadata, and what holds if that says nothing. */
  private boolean readAdds(String key, SpecialRole role) {
    Optional<Boolean> told = metadata.optionalBool(PREFIX + key);
    boolean adds =
        switch (kind) {
          case SENTENCE_PIECE -> told.orElse(role == SpecialRole.BOS);
          case BYTE_PAIR -> role == SpecialRole.BOS ? addsBos(told) : told.orElse(false);
          case WORD_PIECE -> role == SpecialRole.BOS;
          case UNIGRAM -> told.orElse(role == SpecialRole.EOS);
          case GREEDY_TRIE, PLAMO_2, NONE -> false;
          case PIPELINE -> told.orElse(false);
        };
    return adds && has(role);
  }

  private boolean addsBos(Optional<Boolean> told) {
    return has(Trait.ADDS_BOS_ALWAYS) || told.orElse(has(Trait.ADDS_BOS));
  }

  private boolean has(Trait trait) {
    return preTokenizer.isPresent() && preTokenizer.get().has(trait);
  }

  /** Whether a token plays the part that prompts need; a warning if not. */
  private boolean has(SpecialRole role) {
    if (!roles.containsKey(role)) {
      LOG.log(Level.WARNING, "{0}: {1} is to be added to prompts, but no token plays this part: not added",
          metadata.origin(), role);
    }
    return roles.containsKey(role);
  }

  /** Makes the token a control token whatever the file says; its own declaration is one line in the log. */
  void makeControl(int id) {
    if (types[id] != TokenType.CONTROL.number()) {
      LOG.log(Level.DEBUG, "{0}: token {1} ''{2}'' looks like a control token and becomes one",
          metadata.origin(), Integer.toString(id), tokens.get(id));
      retype(id, TokenType.CONTROL);
    }
  }

  /** Gives the token another type than the file. */
  void retype(int id, TokenType type) {
    types[id] = type.number();
  }

  /** The id of each of these spellings that the vocabulary has, where that tells control tokens apart as such a token. */
  Map<String, Integer> idsOf(Set<String> spellings) {
    var found = new HashMap<String, Integer>();
    for (String spelling : spellings) {
      int id = ids.find(spelling);
      if (id != TokenIndex.NONE && (kind != TokenizerKind.PIPELINE || types[id] != TokenType.NORMAL.number())) {
        found.put(spelling, id);
      }
    }
    return found;
  }

  /** How words are cut, for byte-pair encoding. */
  PreTokenizer preTokenizer() {
    return preTokenizer.orElseThrow();
  }

  TokenIndex ids() {
    return ids;
  }

  Utf8Strings tokens() {
    return tokens;
  }

  byte[] types() {
    return types;
  }

  float[] scores() {
    return scores;
  }

  Map<SpecialRole, Integer> roles() {
    return roles;
  }

  Set<Integer> endOfGeneration() {
    return endOfGeneration;
  }

  BitSet declaredSpecial() {
    return declaredSpecial;
  }

  /** Tokens that no segmenter may make. */
  BitSet addedOnly() {
    return addedOnly;
  }

  boolean addsBos() {
    return addsBos;
  }

  boolean addsEos() {
    return addsEos;
  }

  boolean addsSeparator() {
    return addsSeparator;
  }
}
