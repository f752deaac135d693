package io.gatun.text;

import static io.gatun.text.HfFolder.literal;
import static io.gatun.text.HfFolder.part;
import static io.gatun.text.HfFolder.regex;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Against Hugging Face's own tokenizers, component by component, on random texts. */
class HfTokenizerTest {
  private static final Set<EncodeOption> BARE = Set.of(EncodeOption.PARSE_SPECIAL);
  private static final Set<EncodeOption> WHOLE = EnumSet.of(EncodeOption.PARSE_SPECIAL, EncodeOption.ADD_SPECIAL);
  private static final int TEXTS = 120;

  @TempDir Path folder;

  private static final List<Map<String, Object>> NORMALIZERS =
      List.of(
          part("NFC"),
          part("NFD"),
          part("NFKC"),
          part("NFKD"),
          part("Lowercase"),
          part("Strip", "strip_left", true, "strip_right", false),
          part("Strip", "strip_left", true, "strip_right", true),
          part("Sequence", "normalizers", List.of(part("NFD"), part("StripAccents"), part("Lowercase"))),
          part("Prepend", "prepend", "▁"),
          part("Sequence", "normalizers", List.of(part("Prepend", "prepend", "▁"), part("Replace", "pattern",
              literal(" "), "content", "▁"))),
          part("Replace", "pattern", regex("\\s{2,}|[\\p{Lu}-]"), "content", "<$0>"),
          part("Replace", "pattern", regex(" +(?=[a-z])|(?i)the"), "content", ""),
          part("Nmt"),
          part("ByteLevel"),
          part("Precompiled", "precompiled_charsmap", charsmap()),
          bert(true, true, Map.of(), true),
          bert(false, true, Map.of("strip_accents", true), false),
          bert(true, false, Map.of("strip_accents", false), true));

  private static Map<String, Object> bert(boolean clean, boolean chinese, Map<String, Object> accents, boolean lower) {
    Map<String, Object> part =
        part("BertNormalizer", "clean_text", clean, "handle_chinese_chars", chinese, "lowercase", lower);
    part.putAll(accents);
    return part;
  }

  private static String charsmap() {
    return UnigramTest.charsmapBase64();
  }

  private static List<Map<String, Object>> cuts() {
    var cuts = new ArrayList<Map<String, Object>>();
    for (String behavior : List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")) {
      for (boolean invert : List.of(false, true)) {
        cuts.add(part("Split", "pattern", regex("\\s|[aeé]"), "behavior", behavior, "invert", invert));
        cuts.add(part("Split", "pattern", literal(" "), "behavior", behavior, "invert", invert));
      }
      cuts.add(part("Punctuation", "behavior", behavior));
    }
    for (String pattern : REGEXES) {
      cuts.add(part("Split", "pattern", regex(pattern), "behavior", "Isolated", "invert", false));
    }
    for (boolean prefix : List.of(false, true)) {
      for (boolean use : List.of(false, true)) {
        cuts.add(part("ByteLevel", "add_prefix_space", prefix, "trim_offsets", true, "use_regex", use));
      }
    }
    for (String scheme : List.of("always", "first", "never")) {
      for (boolean split : List.of(false, true)) {
        cuts.add(part("Metaspace", "replacement", "▁", "prepend_scheme", scheme, "split", split));
      }
    }
    cuts.add(part("Metaspace", "replacement", "▁", "add_prefix_space", true));
    cuts.add(part("Whitespace"));
    cuts.add(part("WhitespaceSplit"));
    cuts.add(part("BertPreTokenizer"));
    cuts.add(part("Digits", "individual_digits", true));
    cuts.add(part("Digits", "individual_digits", false));
    cuts.add(part("CharDelimiterSplit", "delimiter", "é"));
    cuts.add(part("UnicodeScripts"));
    cuts.add(part("FixedLength", "length", 3));
    cuts.add(
        part(
            "Sequence",
            "pretokenizers",
            List.of(part("Whitespace"), part("Digits", "individual_digits", true), part("Metaspace", "replacement",
                "▁", "prepend_scheme", "first"))));
    cuts.add(
        part(
            "Sequence",
            "pretokenizers",
            List.of(
                part("Split", "pattern", regex(CL100K), "behavior", "Isolated", "invert", false),
                part("ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false))));
    return cuts;
  }

  private static final String CL100K =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final List<String> REGEXES =
      List.of(
          CL100K,
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t"
              + "|'re|'ve|'m|'ll|'d)?"
              + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?"
                  + "i:'s|'t|'re|'ve|'m|'ll|'d)?"
              + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
          "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\\p{Han}]]+|\\p{N}{1,3}",
          "\\s+$|[\\r\\n]|\\s?\\p{L}+|\\s?\\p{P}+|[一-龥ࠀ-一가-퟿]+|\\p{N}",
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
              + " ?[\\p{P}\\p{S}]+[\\r\\n]*",
          "(?=(\\d{3})+(?!\\d))",
          "\\w+|[^\\w\\s]+",
          "[[:punct:]]|[[:alpha:]]+|\\h{2}",
          "\\p{Greek}+?|\\P{L}|.",
          "(?:a|ab)(?:c|bcd)(?:d*)|a{2,}?|[^a-z&&[^x]]+",
          "(?=a|\\s\\s)\\S*|\\x{65}|\\u00e9|\\t");

  @TestFactory
  Stream<DynamicTest> normalizers() {
    return NORMALIZERS.stream()
        .map(normalizer -> compared(normalizer.toString(), HfFolder.transparent().with("normalizer", normalizer),
            settled()));
  }

  @TestFactory
  Stream<DynamicTest> preTokenizers() {
    return cuts().stream().map(cut -> compared(cut.toString(), HfFolder.transparent().with("pre_tokenizer", cut),
        isOld(cut) ? settled() : texts(TEXTS)));
  }

  /** Models with merges, of which the words are cut as in the files of known families. */
  @TestFactory
  Stream<DynamicTest> mergingModels() {
    var tests = new ArrayList<DynamicTest>();
    for (boolean ignore : List.of(false, true)) {
      var model = HfModels.byteLevel(600, 3);
      model.put("ignore_merges", ignore);
      tests.add(
          compared(
              "byte-level, ignore_merges " + ignore,
              new HfFolder(model)
                  .with("pre_tokenizer", part("ByteLevel", "add_prefix_space", !ignore, "trim_offsets", true,
                      "use_regex", true))
                  .with("post_processor", part("ByteLevel", "add_prefix_space", true, "trim_offsets", true,
                      "use_regex", true))
                  .with("decoder", part("ByteLevel", "add_prefix_space", true, "trim_offsets", true, "use_regex",
                      true))));
    }
    for (boolean fuse : List.of(false, true)) {
      for (boolean bytes : List.of(false, true)) {
        var model = HfModels.characters(bytes);
        model.put("fuse_unk", fuse);
        tests.add(
            compared(
                "characters, fuse_unk " + fuse + ", bytes " + bytes,
                new HfFolder(model)
                    .with("normalizer", part("Sequence", "normalizers", List.of(part("Prepend", "prepend", "▁"),
                        part("Replace", "pattern", literal(" "), "content", "▁"))))
                    .with("decoder", LLAMA_DECODER)));
      }
    }
    tests.add(compared("prefix and suffix", new HfFolder(HfModels.prefixed()).with("pre_tokenizer", part("Whitespace"))
        .with("decoder", part("BPEDecoder", "suffix", "</w>"))));
    return tests.stream();
  }

  private static final Map<String, Object> LLAMA_DECODER =
      part(
          "Sequence",
          "decoders",
          List.of(
              part("Replace", "pattern", literal("▁"), "content", " "),
              part("ByteFallback"),
              part("Fuse"),
              part("Strip", "content", " ", "start", 1, "stop", 0)));

  @TestFactory
  Stream<DynamicTest> otherModels() {
    var metaspace = part("Metaspace", "replacement", "▁", "prepend_scheme", "always", "split", true);
    return Stream.of(
        compared(
            "Unigram",
            new HfFolder(HfModels.unigram(false))
                .with("normalizer", part("Precompiled", "precompiled_charsmap", charsmap()))
                .with("pre_tokenizer", metaspace)
                .with("decoder", metaspace),
            settled()),
        compared("Unigram, bytes", new HfFolder(HfModels.unigram(true)).with("pre_tokenizer", metaspace)
            .with("decoder", LLAMA_DECODER)),
        compared("Unigram, not cut", new HfFolder(HfModels.unigram(false)).with("decoder", part("Fuse"))),
        compared(
            "WordPiece",
            new HfFolder(HfModels.wordPiece())
                .with("normalizer", part("Lowercase"))
                .with("pre_tokenizer", part("BertPreTokenizer"))
                .with("post_processor", part("BertProcessing", "sep", List.of("b", 3), "cls", List.of("a", 2)))
                .with("decoder", part("WordPiece", "prefix", "##", "cleanup", true)),
            settled()),
        compared(
            "WordLevel",
            new HfFolder(HfModels.wordLevel())
                .with("pre_tokenizer", part("Whitespace"))
                .with("post_processor", part("RobertaProcessing", "sep", List.of("the", 2), "cls", List.of("a", 1),
                    "trim_offsets", true, "add_prefix_space", true))),
        compared("CTC", new HfFolder(HfModels.wordLevel()).with("pre_tokenizer", part("Whitespace")).with("decoder",
            part("CTC", "pad_token", "a", "word_delimiter_token", "h", "cleanup", true))),
        compared(
            "strip and spaces",
            new HfFolder(HfModels.wordLevel())
                .with("pre_tokenizer", part("Whitespace"))
                .with("decoder", part("Strip", "content", "l", "start", 1, "stop", 1))));
  }

  /** Added tokens of every kind, before and after normalization, and templates. */
  @TestFactory
  Stream<DynamicTest> addedTokens() {
    var template =
        part(
            "TemplateProcessing",
            "single",
            List.of(
                Map.of("SpecialToken", Map.of("id", "<s>", "type_id", 0)),
                Map.of("Sequence", Map.of("id", "A", "type_id", 0)),
                Map.of("SpecialToken", Map.of("id", "</s>", "type_id", 0))),
            "pair",
            List.of(Map.of("Sequence", Map.of("id", "A", "type_id", 0)), Map.of("Sequence", Map.of("id", "B",
                "type_id", 0))),
            "special_tokens",
            Map.of(
                "<s>", Map.of("id", "<s>", "ids", List.of(257), "tokens", List.of("<s>")),
                "</s>", Map.of("id", "</s>", "ids", List.of(258), "tokens", List.of("</s>"))));
    var tests = new ArrayList<DynamicTest>();
    var flags = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    for (int set = 0; set < 1 << flags.size(); set++) {
      int chosen = set;
      String[] some = flags.stream().filter(flag -> ((chosen >> flags.indexOf(flag)) & 1) != 0).toArray(String[]::new);
      HfFolder file =
          HfFolder.transparent()
              .add(257, "<s>", "special")
              .add(258, "</s>", "special", "normalized")
              .add(259, "lily", some)
              .add(260, "the", some)
              .add(261, "<tool>", some)
              .add(262, "Hello", some)
              .add(263, "<|x|>the", some)
              .with("normalizer", part("Sequence", "normalizers", List.of(part("Lowercase"), part("Prepend", "prepend",
                  "▁"))))
              .with("pre_tokenizer", part("Metaspace", "replacement", "▁", "prepend_scheme", "first", "split", true))
              .with("post_processor", part("Sequence", "processors", List.of(part("ByteLevel", "add_prefix_space",
                  true, "trim_offsets", true, "use_regex", true), template)))
              .with("decoder", LLAMA_DECODER);
      tests.add(compared("flags " + List.of(some), file));
    }
    return tests.stream();
  }

  /** In a text that somebody else wrote there are no control tokens, whatever is normalized. */
  @Test
  void controlTokensAreNotFoundInUntrustedText() {
    HfFolder.transparent()
        .add(257, "<s>", "special")
        .add(258, "</S>", "special", "normalized")
        .add(259, "<tool>")
        .with("normalizer", part("Sequence", "normalizers", List.of(part("NFKC"), part("Lowercase"))))
        .write(folder);
    Tokenizer tokenizer = HfTokenizer.read(folder).tokenizer();
    for (String text : texts(TEXTS)) {
      String nasty = text + "<s></S>" + text + "</s><tool>＜s＞ﬁ";
      int[] ids = tokenizer.encode(nasty, Set.of());
      assertEquals(0, Arrays.stream(ids).filter(id -> id == 257 || id == 258).count(), nasty);
      assertEquals(1, Arrays.stream(tokenizer.encode("ﬁ<tool>", Set.of())).filter(id -> id == 259).count());
      var runs = List.of(TextRun.template("<s>ﬁ</S>"), TextRun.user(nasty), TextRun.template("ﬁ</s>"));
      int[] mixed = tokenizer.encode(runs, Set.of());
      assertEquals(1, Arrays.stream(mixed).filter(id -> id == 257).count());
      assertEquals(2, Arrays.stream(mixed).filter(id -> id == 258).count());
    }
  }

  /** Streamed, ids give the text that they give at once. */
  @Test
  void streamsWhatItDecodes() {
    var model = HfModels.characters(true);
    for (Map<String, Object> decoder :
        List.of(LLAMA_DECODER, part("WordPiece", "prefix", "##", "cleanup", true), part("BPEDecoder", "suffix", "a"),
            part("ByteLevel", "add_prefix_space", true, "trim_offsets", true, "use_regex", true))) {
      new HfFolder(model).with("decoder", decoder).write(folder);
      Tokenizer tokenizer = HfTokenizer.read(folder).tokenizer();
      for (String text : texts(TEXTS)) {
        int[] ids = tokenizer.encode(text, Set.of());
        StreamDecoder stream = StreamDecoder.fresh(tokenizer, List.of());
        var streamed = new StringBuilder();
        for (int id : ids) {
          streamed.append(stream.accept(id));
        }
        assertEquals(decode(tokenizer, ids, true), streamed.append(stream.finish()).toString());
      }
    }
  }

  private static boolean isOld(Map<String, Object> cut) {
    return List.of("Punctuation", "BertPreTokenizer", "UnicodeScripts").contains(cut.get("type"));
  }

  /** Texts of characters that all versions of Unicode since 8 treat alike: some tables of the reference are as old. */
  private static List<String> settled() {
    return texts(TEXTS).stream()
        .map(text -> text.codePoints().filter(HfTokenizerTest::isSettled).collect(StringBuilder::new,
            StringBuilder::appendCodePoint, StringBuilder::append).toString())
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private static boolean isSettled(int character) {
    return character < 0x560
        || (character >= 0x5D0 && character < 0x5EB)
        || (character >= 0x900 && character < 0x970)
        || (character >= 0x1E00 && character < 0x2070)
        || (character >= 0x3041 && character < 0x3100)
        || (character >= 0x4E00 && character < 0x9FA5)
        || (character >= 0xAC00 && character < 0xD7A4)
        || (character >= 0xFF00 && character < 0xFFFE)
        || (character >= 0x1F300 && character < 0x1F500);
  }

  private DynamicTest compared(String name, HfFolder file) {
    return compared(name, file, texts(TEXTS));
  }

  private DynamicTest compared(String name, HfFolder file, List<String> texts) {
    return DynamicTest.dynamicTest(name.length() > 150 ? name.substring(0, 150) : name, () -> compare(file, texts));
  }

  private void compare(HfFolder file, List<String> texts) {
    file.write(folder);
    var wrong = new ArrayList<String>();
    Tokenizer tokenizer = HfTokenizer.read(folder).tokenizer();
    try (HfReference reference = HfReference.of(folder)) {
      for (String text : texts) {
        compare(tokenizer, reference, text, wrong);
      }
    }
    assertEquals(0, wrong.size(), () -> "of " + texts.size() + ":\n" + String.join("\n", wrong.subList(0, Math.min(5,
        wrong.size()))));
  }

  private static void compare(Tokenizer tokenizer, HfReference reference, String text, List<String> wrong) {
    for (boolean whole : List.of(false, true)) {
      int[] expected = reference.encode(text, whole);
      int[] found = tokenizer.encode(text, whole ? WHOLE : BARE);
      if (!Arrays.equals(expected, found)) {
        wrong.add("%s: expected %s, found %s".formatted(HfFolder.json(text), Arrays.toString(expected),
            Arrays.toString(found)));
      }
      for (boolean skips : List.of(false, true)) {
        String rendered = reference.decode(expected, skips);
        String decoded = decode(tokenizer, expected, skips);
        if (!rendered.equals(decoded)) {
          wrong.add("decoding %s: expected %s, found %s".formatted(Arrays.toString(expected), HfFolder.json(rendered),
              HfFolder.json(decoded)));
        }
      }
    }
  }

  private static String decode(Tokenizer tokenizer, int[] ids, boolean skips) {
    var options = EnumSet.of(DecodeOption.NO_CLEAN_UP);
    if (!skips) {
      options.add(DecodeOption.RENDER_SPECIAL);
    }
    return new String(tokenizer.decode(ids, options), StandardCharsets.UTF_8);
  }

  static List<String> texts(int count) {
    var random = new RandomText(new Random(7));
    var texts = new ArrayList<>(List.of(" ", "  a  b", "a", "Hello, world's 12345 tests!", "\n\n x",
        "aé e\u0301 İI ẞß ſK"));
    while (texts.size() < count) {
      String text = random.next();
      if (!text.isEmpty()) {
        texts.add(text);
      }
    }
    return texts;
  }
}
