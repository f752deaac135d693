package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts a vocabulary together from the tokens of a model, those that its files add, and the parts that some play.
 * Confined to one thread.
 */
final class HfVocabulary {
  private static final int FREE = -1;

  private final String file;
  private final TokenizerSettings settings;
  private final Utf8Strings entries;
  /** By id, the entry of the model's vocabulary; {@link #FREE} if there is none. */
  private final int[] entryOf;
  private final SequencedMap<Integer, AddedToken> added = new LinkedHashMap<>();
  private final BitSet bytes = new BitSet();
  private final BitSet addedOnly = new BitSet();
  private final BitSet unused = new BitSet();
  private final Map<SpecialRole, Integer> declaredRoles = new EnumMap<>(SpecialRole.class);
  private final SequencedMap<String, Metadata.Value> values = new LinkedHashMap<>();

  /**
   * @param file what messages name
   * @param declared tokens that the file of the vocabulary itself adds
   * @param hasBytes whether {@code <0xNN>} stands for a byte
   * @throws FormatException if two tokens have one id
   */
  HfVocabulary(String file, TokenEntries model, List<AddedToken> declared, boolean hasBytes,
      TokenizerSettings settings) {
    this.file = file;
    this.settings = settings;
    this.entries = model.spellings();
    for (AddedToken token : declared) {
      added.put(token.id(), token);
    }
    settings.added().forEach(added::putIfAbsent);
    int size = Math.max(model.size(), added.keySet().stream().mapToInt(id -> id + 1).max().orElse(0));
    this.entryOf = new int[size];
    Arrays.fill(entryOf, FREE);
    for (int entry = 0; entry < entries.size(); entry++) {
      int id = model.id(entry);
      if (entryOf[id] != FREE) {
        throw clash(id, entries.get(entryOf[id]), entries.get(entry));
      }
      entryOf[id] = entry;
      bytes.set(id, hasBytes && isByte(entry));
    }
    for (AddedToken token : added.values()) {
      int entry = entryOf[token.id()];
      if (entry != FREE && !entries.get(entry).equals(token.content())) {
        throw clash(token.id(), entries.get(entry), token.content());
      }
    }
    addNamed();
  }

  private boolean isByte(int entry) {
    return entries.length(entry) == ByteTokens.spelling(0).length() && ByteTokens.isSpelling(entries.get(entry));
  }

  private FormatException clash(int id, String first, String second) {
    return new FormatException("%s: id %d is both '%s' and '%s', expected one token".formatted(file, id, first,
        second));
  }

  /** Tokens of which the settings say that they steer the model are special, wherever they come from. */
  private void addNamed() {
    Set<String> special = settings.specialSpellings();
    added.replaceAll((id, token) -> special.contains(token.content()) ? token.asSpecial() : token);
    idsOf(special).forEach((content, id) -> added.putIfAbsent(id, AddedToken.special(id, content)));
  }

  /** The ids of those spellings that there are. */
  private Map<String, Integer> idsOf(Set<String> spellings) {
    var byHash = new HashMap<Integer, List<String>>();
    for (String spelling : spellings) {
      byte[] utf8 = spelling.getBytes(StandardCharsets.UTF_8);
      byHash.computeIfAbsent(Utf8Strings.hash(utf8, 0, utf8.length), absent -> new ArrayList<>()).add(spelling);
    }
    var ids = new LinkedHashMap<String, Integer>();
    for (int id = 0; id < entryOf.length && !byHash.isEmpty(); id++) {
      int entry = entryOf[id];
      List<String> candidates = entry == FREE ? List.of() : byHash.getOrDefault(hash(entry), List.of());
      if (candidates.contains(candidates.isEmpty() ? "" : entries.get(entry))) {
        ids.put(entries.get(entry), id);
      }
    }
    for (AddedToken token : added.values()) {
      if (spellings.contains(token.content())) {
        ids.put(token.content(), token.id());
      }
    }
    return ids;
  }

  private int hash(int entry) {
    return entries.hash(entry, 0, entries.length(entry));
  }

  int size() {
    return entryOf.length;
  }

  List<AddedToken> added() {
    return List.copyOf(added.values());
  }

  /** A further key for the metadata. */
  HfVocabulary with(String key, String type, Object content) {
    values.put(VocabularyReader.PREFIX + key, new Metadata.Value(type, content));
    return this;
  }

  /** Scores by id, for the metadata. */
  HfVocabulary withScores(double[] scores) {
    var floats = new float[scores.length];
    for (int id = 0; id < floats.length; id++) {
      floats[id] = (float) scores[id];
    }
    return with("scores", "arr[f32]", floats);
  }

  /** Gives a token a part, unless the settings give it to another one; nothing happens if there is no such token. */
  HfVocabulary play(SpecialRole role, int id) {
    if (id >= 0 && id < size()) {
      declaredRoles.put(role, id);
    }
    return this;
  }

  /** The token has no use. */
  void unused(int id) {
    addedOnly.set(id);
    unused.set(id);
  }

  /** The metadata of the vocabulary as GGUF names them. */
  private Metadata metadata() {
    values.put(VocabularyReader.TOKENS, new Metadata.Value("arr[str]", Utf8Strings.of(size(), this::spelling)));
    values.put(VocabularyReader.PREFIX + "token_type", new Metadata.Value("arr[i32]", types()));
    roles().forEach((role, id) -> with(role.keys().getFirst(), "u32", (long) id));
    settings.putTemplates(values);
    return new Metadata(file, values);
  }

  /** How a place of the vocabulary is spelled that no token has. */
  static String free(int id) {
    return "[PAD" + id + "]";
  }

  private byte[] spelling(int id) {
    if (entryOf[id] != FREE) {
      return entries.bytes(entryOf[id]);
    }
    AddedToken token = added.get(id);
    return (token != null ? token.content() : free(id)).getBytes(StandardCharsets.UTF_8);
  }

  private long[] types() {
    var types = new long[size()];
    for (int id = 0; id < types.length; id++) {
      AddedToken token = added.get(id);
      if (entryOf[id] == FREE) {
        unused(id);
      }
      TokenType type =
          token != null
              ? token.special() ? TokenType.CONTROL : TokenType.USER_DEFINED
              : unused.get(id) ? TokenType.UNUSED : bytes.get(id) ? TokenType.BYTE : TokenType.NORMAL;
      types[id] = type.number();
    }
    return types;
  }

  /** The tokens that play a part: as the settings spell them, or by the model's own numbers. */
  Map<SpecialRole, Integer> roles() {
    SequencedMap<SpecialRole, String> spellings = settings.roleSpellings();
    Map<String, Integer> known = idsOf(Set.copyOf(spellings.values()));
    var roles = new LinkedHashMap<SpecialRole, Integer>();
    spellings.forEach(
        (role, text) -> {
          Integer id = known.get(text);
          if (id != null) {
            roles.put(role, id);
          }
        });
    settings.ids("bos", size()).stream().findFirst().ifPresent(id -> roles.putIfAbsent(SpecialRole.BOS, id));
    settings.ids("eos", size()).stream().findFirst().ifPresent(id -> roles.putIfAbsent(SpecialRole.EOS, id));
    declaredRoles.forEach(roles::putIfAbsent);
    return roles;
  }

  /**
   * The tokenizer of this vocabulary.
   *
   * @param surroundings what special ids surround those of a text
   * @param steps makes the steps for the vocabulary
   */
  HfTokenizer tokenizer(List<Integer> surroundings, Function<Vocabulary, Pipeline.Steps> steps) {
    Map<SpecialRole, Integer> roles = roles();
    with("add_bos_token", "bool", surroundings.getFirst().equals(roles.get(SpecialRole.BOS)));
    with("add_eos_token", "bool", surroundings.getLast().equals(roles.get(SpecialRole.EOS)));
    Metadata metadata = metadata();
    var reader = new VocabularyReader(metadata, TokenizerKind.PIPELINE);
    reader.endOfGeneration().addAll(settings.ids("eos", size()));
    reader.addedOnly().or(addedOnly);
    Vocabulary vocabulary = reader.read();
    return new HfTokenizer(new Tokenizer(vocabulary, new Pipeline(vocabulary, steps.apply(vocabulary))), metadata);
  }

  /** Whether decoding removes spaces before punctuation. */
  boolean cleansUp() {
    return settings.config().bool("clean_up_tokenization_spaces", false);
  }

  /** Puts BOS in front or EOS behind, or takes them away, where the settings say so. */
  List<Integer> surrounded(List<Integer> surroundings) {
    var ids = new ArrayList<>(surroundings);
    Integer bos = roles().get(SpecialRole.BOS);
    Integer eos = roles().get(SpecialRole.EOS);
    settings.config().optionalBool("add_bos_token").ifPresent(adds -> toggle(ids, 0, bos, adds));
    settings.config().optionalBool("add_eos_token").ifPresent(adds -> toggle(ids.reversed(), 0, eos, adds));
    return List.copyOf(ids);
  }

  private static void toggle(List<Integer> ids, int at, @Nullable Integer token, boolean wanted) {
    boolean there = ids.get(at).equals(token);
    if (token != null && wanted && !there) {
      ids.add(at, token);
    } else if (there && !wanted) {
      ids.subList(at, at + 1).clear();
    }
  }
}
