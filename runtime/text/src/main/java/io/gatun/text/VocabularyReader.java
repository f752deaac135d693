package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a vocabulary from {@code tokenizer.ggml.*}. Used once, by one thread. */
final class VocabularyReader {
  static final String PREFIX = "tokenizer.ggml.";
  static final String MODEL = PREFIX + "model";
  static final String PRE = PREFIX + "pre";
  static final String TOKENS = PREFIX + "tokens";
  static final String MERGES = PREFIX + "merges";
  private static final String SCORES = PREFIX + "scores";
  private static final String TYPES = PREFIX + "token_type";

  private static final System.Logger LOG = System.getLogger("io.gatun.text");

  private final Metadata metadata;
  private final TokenizerKind kind;
  private final String[] texts;
  private final TokenType[] types;
  private final float[] scores;
  private final Map<SpecialRole, Integer> roles = new EnumMap<>(SpecialRole.class);
  private final Set<Integer> endOfGeneration = new HashSet<>();
  private final Set<Integer> declaredSpecial = new HashSet<>();
  private boolean addsBos;
  private boolean addsEos;

  VocabularyReader(Metadata metadata, TokenizerKind kind) {
    this.metadata = metadata;
    this.kind = kind;
    this.texts = readTexts();
    this.types = readTypes();
    this.scores = readScores();
  }

  Vocabulary read() {
    for (int id = 0; id < types.length; id++) {
      if (types[id].isSpecial()) {
        declaredSpecial.add(id);
      }
      if (types[id] == TokenType.BYTE) {
        checkByte(id);
      }
    }
    for (SpecialRole role : SpecialRole.values()) {
      readRole(role);
    }
    ControlTokens.apply(this);
    addsBos = readAdds("add_bos_token", addsBosUnlessTold(), SpecialRole.BOS);
    addsEos = readAdds("add_eos_token", false, SpecialRole.EOS);
    return new Vocabulary(this);
  }

  private String[] readTexts() {
    List<String> tokens = metadata.strings(TOKENS);
    if (tokens.isEmpty()) {
      throw new FormatException(
          "%s: key %s has no tokens, expected at least 1".formatted(metadata.origin(), TOKENS));
    }
    return tokens.toArray(String[]::new);
  }

  private TokenType[] readTypes() {
    var read = new TokenType[texts.length];
    long[] numbers = metadata.optionalIntegers(TYPES).orElse(null);
    if (numbers == null) {
      Arrays.fill(read, TokenType.NORMAL);
      return read;
    }
    checkLength(TYPES, numbers.length);
    Arrays.setAll(read, id -> TokenType.ofNumber(numbers[id]));
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
    if (length < texts.length) {
      throw new FormatException(
          "%s: key %s has %d entries, expected one for each of %d tokens"
              .formatted(metadata.origin(), key, length, texts.length));
    }
  }

  private void checkByte(int id) {
    if (!texts[id].matches("<0x[0-9A-Fa-f]{2}>")) {
      throw new FormatException(
          "%s: key %s: token %d is of type byte and spelled '%s', expected <0x00> to <0xFF>"
              .formatted(metadata.origin(), TOKENS, id, texts[id]));
    }
  }

  /** An id outside the vocabulary is ignored: files carry 2³²−1 for a part that nobody plays. */
  private void readRole(SpecialRole role) {
    Integer usual = kind.usualRoles().get(role);
    if (usual != null && usual < texts.length) {
      roles.put(role, usual);
    }
    for (String key : role.keys()) {
      metadata.optionalInteger(PREFIX + key).ifPresent(id -> putRole(role, PREFIX + key, id));
    }
  }

  private void putRole(SpecialRole role, String key, long id) {
    if (id >= 0 && id < texts.length) {
      roles.put(role, (int) id);
    } else {
      LOG.log(Level.WARNING, "{0}: key {1} is {2}, not one of {3} tokens: ignored",
          metadata.origin(), key, Long.toString(id), Integer.toString(texts.length));
    }
  }

  private boolean addsBosUnlessTold() {
    return switch (kind) {
      case SENTENCE_PIECE -> true;
      case BYTE_PAIR -> PreTokenizer.of(metadata).has(PreTokenizer.Trait.ADDS_BOS);
    };
  }

  private boolean readAdds(String key, boolean unlessTold, SpecialRole role) {
    boolean adds = metadata.optionalBool(PREFIX + key).orElse(unlessTold);
    if (adds && !roles.containsKey(role)) {
      LOG.log(Level.WARNING, "{0}: {1} is to be added to prompts, but no token plays this part: not added",
          metadata.origin(), role);
      return false;
    }
    return adds;
  }

  /** Makes the token a control token whatever the file says; its own declaration is one line in the log. */
  void makeControl(int id) {
    if (types[id] != TokenType.CONTROL) {
      LOG.log(Level.DEBUG, "{0}: token {1} ''{2}'' looks like a control token and becomes one",
          metadata.origin(), Integer.toString(id), texts[id]);
      types[id] = TokenType.CONTROL;
    }
  }

  /** The lowest id of each of these spellings. */
  Map<String, Integer> idsOf(Set<String> spellings) {
    var found = new HashMap<String, Integer>();
    for (int id = 0; id < texts.length; id++) {
      if (spellings.contains(texts[id])) {
        found.putIfAbsent(texts[id], id);
      }
    }
    return found;
  }

  String[] texts() {
    return texts;
  }

  TokenType[] types() {
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

  Set<Integer> declaredSpecial() {
    return declaredSpecial;
  }

  boolean addsBos() {
    return addsBos;
  }

  boolean addsEos() {
    return addsEos;
  }
}
