package io.gatun.text;

import static io.gatun.text.HfFolder.literal;
import static io.gatun.text.HfFolder.part;
import static io.gatun.text.HfFolder.regex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokenizers of Hugging Face folders as GGUF describes them: the ids stay the same. */
class GgufTokenizerTest {
  private static final Set<EncodeOption> PARSING = Set.of(EncodeOption.PARSE_SPECIAL);
  private static final Set<EncodeOption> WHOLE = EnumSet.of(EncodeOption.PARSE_SPECIAL, EncodeOption.ADD_SPECIAL);
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  @TempDir Path root;
  private Path folder = Path.of("");

  @BeforeEach
  void useRoot() {
    folder = root;
  }

  /** How published models of known families cut words, and what llama.cpp calls it. */
  private static final Map<String, Map<String, Object>> CUTS =
      Map.ofEntries(
          Map.entry("gpt-2", bytes(true)),
          Map.entry("llama-bpe", split(cl100k("\\p{N}{1,3}"))),
          Map.entry("qwen2", split(cl100k("\\p{N}"))),
          Map.entry("starcoder", sequence(part("Digits", "individual_digits", true), bytes(true))),
          Map.entry("gpt-4o", split(o200k(CONTRACTIONS + "?", "\\p{N}{1,3}"))),
          Map.entry("tekken", split(o200k("", "\\p{N}"))),
          Map.entry(
              "deepseek-v3",
              split(
                  "\\p{N}{1,3}",
                  "[一-龥぀-ゟ゠-ヿ]+",
                  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
                      + " ?[\\p{P}\\p{S}]+[\\r\\n]*|" + SPACES)),
          Map.entry(
              "deepseek-coder",
              sequence(
                  isolated("[\\r\\n]"),
                  isolated("\\s?\\p{L}+"),
                  isolated("\\s?\\p{P}+"),
                  isolated("[一-龥ࠀ-一가-퟿]+"),
                  part("Digits", "individual_digits", true),
                  bytes(false))),
          Map.entry(
              "falcon",
              sequence(
                  part("Punctuation", "behavior", "Contiguous"),
                  bytes(true),
                  part("Digits", "individual_digits", false),
                  isolated("[0-9][0-9][0-9]"))),
          Map.entry(
              "qwen35",
              split(
                  CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
                      + SPACES)));

  private static String cl100k(String digits) {
    return CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + SPACES;
  }

  private static String o200k(String contractions, String digits) {
    String before = "[^\\r\\n\\p{L}\\p{N}]?";
    return before + UPPER + "*" + LOWER + "+" + contractions
        + "|" + before + UPPER + "+" + LOWER + "*" + contractions
        + "|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + SPACES;
  }

  private static Map<String, Object> bytes(boolean usesRegex) {
    return part("ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", usesRegex);
  }

  private static Map<String, Object> isolated(String pattern) {
    return part("Split", "pattern", regex(pattern), "behavior", "Isolated", "invert", false);
  }

  private static Map<String, Object> split(String... patterns) {
    return sequence(
        Stream.concat(Stream.of(patterns).map(GgufTokenizerTest::isolated), Stream.of(bytes(false))).toArray(Map[]::new));
  }

  private static Map<String, Object> sequence(Map<?, ?>... cuts) {
    return part("Sequence", "pretokenizers", List.of(cuts));
  }

  private static Map<String, Object> cut(String name) {
    return new LinkedHashMap<>(Objects.requireNonNull(CUTS.get(name)));
  }

  private Metadata converted(int rows) {
    return HfTokenizer.read(folder).ggufMetadata(rows);
  }

  /** A test of its own folder. */
  private DynamicTest inFolder(String name, Executable test) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          folder = Files.createTempDirectory(root, "test");
          test.execute();
        });
  }

  /** Real vocabularies: llama.cpp's ids of the original GGUF files. */
  @TestFactory
  Stream<DynamicTest> referenceIds() {
    return Stream.of(
        reference("gpt-2", hf -> hf.writeByteLevel(folder, cut("gpt-2"), false)),
        reference("mpt", hf -> hf.writeByteLevel(folder, cut("gpt-2"), false)),
        reference("starcoder", hf -> hf.writeByteLevel(folder, cut("starcoder"), false)),
        reference("deepseek-coder", hf -> hf.writeByteLevel(folder, cut("deepseek-coder"), false)),
        reference("llama-bpe", hf -> hf.writeByteLevel(folder, cut("llama-bpe"), true)),
        reference("qwen2", hf -> hf.writeByteLevel(folder, cut("qwen2"), false)),
        reference("llama-spm", hf -> hf.writeModelFile(folder, 2, false)),
        reference("llama-spm", hf -> hf.writeMerges(folder)),
        reference("baichuan", hf -> hf.writeModelFile(folder, 2, false)),
        reference("stories", hf -> hf.writeModelFile(folder, 2, false)),
        reference("stories", hf -> hf.writeMerges(folder)),
        reference("stories-userdef", hf -> hf.writeModelFile(folder, 2, false)),
        reference("stories-ugm", hf -> hf.writeModelFile(folder, 1, true)),
        reference("bert-bge", hf -> hf.writeWordPiece(folder)));
  }

  private interface Form {
    void write(HfVocabularies vocabulary);
  }

  private DynamicTest reference(String name, Form form) {
    return inFolder(
        name,
        () -> {
          Metadata original = ReferenceTokenizationTest.metadata("tokenizer/vocab/" + name + ".gguf");
          form.write(new HfVocabularies(original));
          Metadata converted = converted(original.strings(VocabularyReader.TOKENS).size());
          assertEquals(original.string(VocabularyReader.MODEL), converted.string(VocabularyReader.MODEL));
          assertEquals(original.strings(VocabularyReader.TOKENS), converted.strings(VocabularyReader.TOKENS));
          Tokenizer tokenizer = Tokenizer.of(converted);
          String stem = "tokenizer/" + name;
          ReferenceTokenizationTest.encodes(tokenizer, ReferenceTokenizationTest.lines(stem + ".nospecial.jsonl"), Set.of());
          ReferenceTokenizationTest.encodes(tokenizer, ReferenceTokenizationTest.lines(stem + ".special.jsonl"), PARSING);
          ReferenceTokenizationTest.encodes(tokenizer, ReferenceTokenizationTest.lines(stem + ".addspecial.jsonl"), WHOLE);
          ReferenceTokenizationTest.decodes(tokenizer, ReferenceTokenizationTest.lines(stem + ".detok.jsonl"));
        });
  }

  /** One vocabulary of bytes, cut in each of the known ways. */
  @TestFactory
  Stream<DynamicTest> cutsHaveTheirNames() {
    return CUTS.keySet().stream()
        .sorted()
        .map(
            name ->
                inFolder(
                    name,
                    () -> {
                      var model = HfModels.byteLevel(600, 3);
                      model.put("ignore_merges", Set.of("llama-bpe", "tekken").contains(name));
                      new HfFolder(model).with("pre_tokenizer", cut(name)).write(folder);
                      clean(Set.of("gpt-2", "starcoder", "llama-bpe", "falcon").contains(name));
                      Metadata converted = converted(900);
                      assertEquals(name, converted.string(VocabularyReader.PRE));
                      sameIds(converted, name.equals("gpt-4o") || name.equals("tekken") ? ProbeTexts.usual() : texts());
                    }));
  }

  private void clean(boolean cleansUp) {
    HfFolder.write(folder, "tokenizer_config.json", HfFolder.json(Map.of("clean_up_tokenization_spaces", cleansUp)));
  }

  /** What tells models apart that cut alike. */
  @ParameterizedTest
  @MethodSource
  void traitsChooseAmongNames(String expected, String cut, boolean wholeWords, boolean cleansUp) {
    var model = HfModels.byteLevel(50, 3);
    model.put("ignore_merges", wholeWords);
    new HfFolder(model).with("pre_tokenizer", cut(cut)).write(folder);
    clean(cleansUp);
    assertEquals(expected, converted(400).string(VocabularyReader.PRE));
  }

  static Stream<Arguments> traitsChooseAmongNames() {
    return Stream.of(
        Arguments.of("llama-bpe", "llama-bpe", true, false),
        Arguments.of("dbrx", "llama-bpe", false, true),
        Arguments.of("command-r", "starcoder", false, false),
        Arguments.of("starcoder", "starcoder", false, true),
        Arguments.of("qwen2", "qwen2", false, false));
  }

  /** Without a name for a cut, the nearest one is used, and the texts that it does not matter for keep their ids. */
  @Test
  void unknownCutsGetTheNearestName() {
    new HfFolder(HfModels.byteLevel(600, 3))
        .with("pre_tokenizer", split("[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,7}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + SPACES))
        .write(folder);
    var hf = HfTokenizer.read(folder);
    var nearest = NearestPreTokenizer.of((Pipeline) hf.tokenizer().codec(), false, false);
    assertTrue(nearest.differing() > 0 && nearest.differing() < ProbeTexts.usual().size(), nearest.toString());
    assertEquals(nearest.name(), hf.ggufMetadata(900).string(VocabularyReader.PRE));
    sameIds(converted(900), List.of("a word, another (third)", "x = y\n\n"));
  }

  /** Tokens of every other kind of model. */
  @TestFactory
  Stream<DynamicTest> otherModels() {
    var metaspace = part("Metaspace", "replacement", "▁", "prepend_scheme", "always", "split", true);
    var space = part("Replace", "pattern", literal(" "), "content", "▁");
    return Stream.of(
        other("llama", () -> new HfFolder(HfModels.characters(true)).with("normalizer", part("Sequence", "normalizers",
            List.of(part("Prepend", "prepend", "▁"), space)))),
        other("llama", () -> new HfFolder(HfModels.characters(true)).with("normalizer", space)),
        other("llama", () -> new HfFolder(HfModels.characters(true)).with("pre_tokenizer",
            part("Metaspace", "replacement", "▁", "prepend_scheme", "first", "split", false))),
        other("t5", () -> unigram().with("pre_tokenizer", metaspace)),
        other("t5", () -> unigram().with("pre_tokenizer", sequence(part("WhitespaceSplit"), metaspace))),
        other("bert", () -> wordPiece(true)), other("bert", () -> wordPiece(false)));
  }

  /** Without pieces of several words, which no text becomes that was cut. */
  private static HfFolder unigram() {
    Map<String, Object> model = HfModels.unigram(false);
    List<?> pieces = (List<?>) Objects.requireNonNull(model.get("vocab"));
    model.put("vocab", pieces.stream().filter(piece -> ((String) ((List<?>) piece).getFirst()).indexOf('▁') <= 0).toList());
    return new HfFolder(model);
  }

  private HfFolder wordPiece(boolean lowersCase) {
    Map<String, Object> model = HfModels.wordPiece();
    model.put("max_input_chars_per_word", 100);
    write("tokenizer_config.json", Map.of("cls_token", "[CLS]", "sep_token", "[SEP]"));
    return new HfFolder(model)
        .with("normalizer", part("BertNormalizer", "clean_text", true, "handle_chinese_chars", true, "lowercase", lowersCase))
        .add(200, "[CLS]", "special")
        .add(201, "[SEP]", "special")
        .with("pre_tokenizer", part("BertPreTokenizer"))
        .with("post_processor", part("BertProcessing", "sep", List.of("[SEP]", 201), "cls", List.of("[CLS]", 200)));
  }

  private DynamicTest other(String model, Supplier<HfFolder> file) {
    return inFolder(
        model,
        () -> {
          file.get().write(folder);
          Metadata converted = converted(2000);
          assertEquals(model, converted.string(VocabularyReader.MODEL));
          sameIds(converted, words());
        });
  }

  private void sameIds(Metadata converted, List<String> texts) {
    Tokenizer expected = HfTokenizer.read(folder).tokenizer();
    Tokenizer found = Tokenizer.of(converted);
    for (String text : texts) {
      assertArrayEquals(expected.encode(text, WHOLE), found.encode(text, WHOLE), text);
    }
  }

  /** Random texts, of characters that programs read alike. */
  private static List<String> texts() {
    var random = new RandomText(new Random(11));
    return Stream.generate(random::next)
        .map(text -> text.replaceAll("[^\\x09-\\x7D\\u3040-\\u30FF\\u4E00-\\u9FA5]", ""))
        .limit(300)
        .toList();
  }

  /** Texts of words with one space between them, without other whitespace. */
  private static List<String> words() {
    return texts().stream()
        .map(text -> "x" + text.replaceAll("\\s+", " ").replaceAll("<[^ ]*>|[\\x00-\\x1F]", "").strip())
        .toList();
  }

  @Test
  void partsAndEndings() {
    new HfFolder(HfModels.characters(true))
        .add(957, "<s>", "special")
        .add(958, "<fin>", "special")
        .add(959, "<stop>", "special")
        .add(960, "<tool>")
        .with("normalizer", part("Replace", "pattern", literal(" "), "content", "▁"))
        .write(folder);
    write("tokenizer_config.json",
        Map.of("bos_token", "<s>", "eos_token", "<fin>", "add_bos_token", true, "chat_template", "plain"));
    write("generation_config.json", Map.of("eos_token_id", List.of(958, 959)));
    Metadata converted = converted(970);
    Vocabulary vocabulary = Vocabulary.of(converted);
    assertEquals(970, vocabulary.size());
    assertEquals(957, vocabulary.bos().orElseThrow());
    assertEquals(958, vocabulary.eos().orElseThrow());
    assertEquals(Set.of(958, 959), vocabulary.endOfGeneration());
    assertEquals(TokenType.CONTROL, vocabulary.type(959));
    assertEquals(TokenType.USER_DEFINED, vocabulary.type(960));
    assertEquals("[PAD969]", vocabulary.text(969));
    assertEquals(TokenType.UNUSED, vocabulary.type(969));
    assertEquals("plain", converted.string("tokenizer.chat_template"));
    assertEquals(957, Tokenizer.of(converted).encode("a", WHOLE)[0]);
    assertFalse(converted.optionalBool(Tokenizer.ADD_SPACE_PREFIX).orElseThrow());
  }

  private void write(String name, Object content) {
    HfFolder.write(folder, name, HfFolder.json(content));
  }

  /** A model with fewer rows than its tokenizer has tokens cannot be given the last of them. */
  @Test
  void tokensWithoutRowsAreLeftOut() {
    new HfFolder(HfModels.byteLevel(50, 3)).add(306, "<s>", "special").with("pre_tokenizer", bytes(true)).write(folder);
    write("tokenizer_config.json", Map.of("bos_token", "<s>"));
    Vocabulary vocabulary = Vocabulary.of(converted(306));
    assertEquals(306, vocabulary.size());
    assertTrue(vocabulary.bos().isEmpty());
  }

  @Test
  void kindsThatGgufLacksAreNamed() {
    new HfFolder(HfModels.wordLevel()).with("pre_tokenizer", part("Whitespace")).write(folder);
    var refused = assertThrows(UnsupportedModelException.class, () -> converted(20));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(folder.toString()), refused.getMessage());
    new HfFolder(HfModels.prefixed()).with("pre_tokenizer", part("Whitespace")).write(folder);
    assertThrows(UnsupportedModelException.class, () -> converted(2000));
  }
}
