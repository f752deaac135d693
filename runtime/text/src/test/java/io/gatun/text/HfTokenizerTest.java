package io.gatun.text;

import static io.gatun.text.HfFolder.literal;
import static io.gatun.text.HfFolder.part;
import static io.gatun.text.HfFolder.regex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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
  private static final int TEXTS = 300;

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
          part("Sequence", "normalizers", List.of(part("Prepend", "prepend", "▁"), part("Replace", "pattern", literal(" "), "content", "▁"))),
          part("Replace", "pattern", regex("\\s{2,}|[\\p{Lu}--]"), "content", "<$0>"),
          part("Replace", "pattern", regex(" +(?=[a-z])|(?i)the"), "content", ""),
          part("Nmt"),
          part("ByteLevel"),
          part("Precompiled", "precompiled_charsmap", charsmap()),
          bert(true, true, null, true),
          bert(false, true, true, false),
          bert(true, false, false, true));

  private static Map<String, Object> bert(boolean clean, boolean chinese, Boolean strip, boolean lower) {
    return part(
        "BertNormalizer", "clean_text", clean, "handle_chinese_chars", chinese, "strip_accents", strip, "lowercase", lower);
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
            List.of(part("Whitespace"), part("Digits", "individual_digits", true), part("Metaspace", "replacement", "▁", "prepend_scheme", "first"))));
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
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final List<String> REGEXES =
      List.of(
          CL100K,
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
              + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
              + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
          "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\\p{Han}]]+|\\p{N}{1,3}",
          "\\s+$|[\\r\\n]|\\s?\\p{L}+|\\s?\\p{P}+|[一-龥ࠀ-一가-퟿]+|\\p{N}",
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*",
          "(?=(\\d{3})+(?!\\d))",
          "\\w+|[^\\w\\s]+",
          "[[:punct:]]|[[:alpha:]]+|\\h{2}",
          "\\p{Greek}+?|\\P{L}|.",
          "(?:a|ab)(?:c|bcd)(?:d*)|a{2,}?|[^a-z&&[^x]]+",
          "(?=a|\\s\\s)\\S*|\\x{65}|\\u00e9|\\t");

  @TestFactory
  Stream<DynamicTest> normalizers() {
    return NORMALIZERS.stream()
        .map(normalizer -> compared(normalizer.toString(), HfFolder.transparent().with("normalizer", normalizer)));
  }

  @TestFactory
  Stream<DynamicTest> preTokenizers() {
    return cuts().stream().map(cut -> compared(cut.toString(), HfFolder.transparent().with("pre_tokenizer", cut)));
  }

  private DynamicTest compared(String name, HfFolder file) {
    return DynamicTest.dynamicTest(name.length() > 150 ? name.substring(0, 150) : name, () -> compare(file, texts(TEXTS)));
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
    assertEquals(0, wrong.size(), () -> "of " + texts.size() + ":\n" + String.join("\n", wrong.subList(0, Math.min(5, wrong.size()))));
  }

  private static void compare(Tokenizer tokenizer, HfReference reference, String text, List<String> wrong) {
    for (boolean whole : List.of(false, true)) {
      int[] expected = reference.encode(text, whole);
      int[] found = tokenizer.encode(text, whole ? WHOLE : BARE);
      if (!Arrays.equals(expected, found)) {
        wrong.add("%s: expected %s, found %s".formatted(HfFolder.json(text), Arrays.toString(expected), Arrays.toString(found)));
      }
      for (boolean skips : List.of(false, true)) {
        String rendered = reference.decode(expected, skips);
        String decoded = decode(tokenizer, expected, skips);
        if (!rendered.equals(decoded)) {
          wrong.add("decoding %s: expected %s, found %s".formatted(Arrays.toString(expected), HfFolder.json(rendered), HfFolder.json(decoded)));
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
    var texts = new ArrayList<>(List.of(" ", "  a  b", "a", "Hello, world's 12345 tests!", "\n\n x", "aé e\u0301 İI ẞß ſK"));
    while (texts.size() < count) {
      String text = random.next();
      if (!text.isEmpty()) {
        texts.add(text);
      }
    }
    return texts;
  }
}
