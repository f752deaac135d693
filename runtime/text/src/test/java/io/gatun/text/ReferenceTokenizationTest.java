package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Every line of the reference tokenizations, both ways. */
class ReferenceTokenizationTest {
  private static final List<String> MODELS =
      List.of(
          "stories", "stories-userdef", "stories-ugm", "llama-spm", "baichuan", "phi-3", "bert-bge", "gpt-2", "starcoder",
          "mpt", "llama-bpe", "qwen2", "deepseek-coder");

  /** llama.cpp's own cases. */
  private static final List<String> WITH_PLAIN_CASES =
      List.of("llama-spm", "phi-3", "bert-bge", "gpt-2", "starcoder", "mpt", "llama-bpe", "qwen2", "deepseek-coder");

  private static final String CASE_SEPARATOR = "\n__ggml_vocab_test__\n";

  @TestFactory
  Stream<DynamicNode> modelVocabularies() {
    return MODELS.stream()
        .map(
            name -> {
              String vocabulary = "tokenizer/vocab/" + name + ".gguf";
              Lazy<Tokenizer> tokenizer = new Lazy<>(() -> Tokenizer.of(metadata(vocabulary)));
              List<DynamicNode> tests = encodings(tokenizer, "tokenizer/" + name);
              tests.add(encoding(tokenizer, "tokenizer/" + name + ".addspecial.jsonl", EnumSet.of(EncodeOption.ADD_SPECIAL, EncodeOption.PARSE_SPECIAL)));
              tests.add(
                  DynamicTest.dynamicTest(
                      "detok", () -> decodes(tokenizer.value(), lines("tokenizer/" + name + ".detok.jsonl"))));
              if (WITH_PLAIN_CASES.contains(name)) {
                tests.add(
                    DynamicTest.dynamicTest("inp and out", () -> encodesPlainCases(tokenizer.value(), vocabulary)));
              }
              return DynamicContainer.dynamicContainer(name, tests);
            });
  }

  /** One vocabulary, of which only the name of the pre-tokenizer differs; some names share their results. */
  @TestFactory
  Stream<DynamicNode> preTokenizers() {
    JsonNode manifest = Oracle.json(Oracle.require("tokenizer/manifest.json"));
    return manifest.valueStream().filter(entry -> entry.has("pre")).flatMap(ReferenceTokenizationTest::preTokenizers);
  }

  private static Stream<DynamicNode> preTokenizers(JsonNode entry) {
    String pre = entry.get("pre").asString();
    Stream<String> same = entry.get("same_result_pre_types").valueStream().map(JsonNode::asString);
    return Stream.concat(Stream.of(pre), same)
        .map(
            name -> {
              Lazy<Tokenizer> tokenizer =
                  new Lazy<>(
                      () -> Tokenizer.of(renamed(metadata("tokenizer/synthetic-pre/" + pre + ".gguf"), name)));
              return DynamicContainer.dynamicContainer(
                  name, encodings(tokenizer, "tokenizer/synthetic-pre/syn-" + pre));
            });
  }

  private static Metadata renamed(Metadata metadata, String pre) {
    var values = new LinkedHashMap<>(metadata.asMap());
    values.put(VocabularyReader.PRE, new Metadata.Value("str", pre));
    return new Metadata(metadata.origin(), values);
  }

  static Metadata metadata(String vocabulary) {
    return Vocabularies.find(vocabulary).orElseGet(() -> Assumptions.abort(Oracle.missing(vocabulary)));
  }

  private static List<DynamicNode> encodings(Lazy<Tokenizer> tokenizer, String stem) {
    var tests = new ArrayList<DynamicNode>();
    tests.add(encoding(tokenizer, stem + ".nospecial.jsonl", EnumSet.noneOf(EncodeOption.class)));
    tests.add(encoding(tokenizer, stem + ".special.jsonl", EnumSet.of(EncodeOption.PARSE_SPECIAL)));
    return tests;
  }

  private static DynamicTest encoding(Lazy<Tokenizer> tokenizer, String file, Set<EncodeOption> options) {
    return DynamicTest.dynamicTest(file, () -> encodes(tokenizer.value(), lines(file), options));
  }

  static void encodes(Tokenizer tokenizer, List<JsonNode> lines, Set<EncodeOption> options) {
    var wrong = new ArrayList<String>();
    for (JsonNode line : lines) {
      String text = line.get("text").asString();
      String expected = Arrays.toString(ids(line));
      String found = Arrays.toString(tokenizer.encode(text, options));
      if (!found.equals(expected)) {
        wrong.add("%s: expected %s, found %s".formatted(line.get("text"), expected, found));
      }
    }
    assertNone(wrong, lines);
  }

  static void decodes(Tokenizer tokenizer, List<JsonNode> lines) {
    var wrong = new ArrayList<String>();
    for (JsonNode line : lines) {
      compare(tokenizer, line, "hex_special_rendered", EnumSet.of(DecodeOption.RENDER_SPECIAL), wrong);
      compare(tokenizer, line, "hex_special_dropped", EnumSet.noneOf(DecodeOption.class), wrong);
    }
    assertNone(wrong, lines);
  }

  private static void compare(
      Tokenizer tokenizer, JsonNode line, String column, Set<DecodeOption> options, List<String> wrong) {
    String found = HexFormat.of().formatHex(tokenizer.decode(ids(line), options));
    if (!found.equals(line.get(column).asString())) {
      wrong.add("%s %s: found %s".formatted(column, line, found));
    }
  }

  private static void encodesPlainCases(Tokenizer tokenizer, String vocabulary) throws IOException {
    String stem = vocabulary.substring(0, vocabulary.length() - ".gguf".length());
    List<String> texts = List.of(Files.readString(found(stem + ".inp")).split(CASE_SEPARATOR, -1));
    List<String> expected = Files.readAllLines(found(stem + ".out"));
    assertFalse(expected.isEmpty());
    for (int i = 0; i < expected.size(); i++) {
      String[] found = Arrays.stream(tokenizer.encode(texts.get(i), Set.of())).mapToObj(Integer::toString).toArray(String[]::new);
      assertEquals(expected.get(i).strip(), String.join(" ", found), "case " + i + ": " + texts.get(i));
    }
  }

  private static void assertNone(List<String> wrong, List<JsonNode> lines) {
    assertFalse(lines.isEmpty());
    assertEquals(
        0, wrong.size(), () -> "of " + lines.size() + ":\n" + String.join("\n", wrong.subList(0, Math.min(5, wrong.size()))));
  }

  private static int[] ids(JsonNode line) {
    return line.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  static List<JsonNode> lines(String file) throws IOException {
    return Files.readAllLines(found(file)).stream().map(Oracle::json).toList();
  }

  private static Path found(String file) {
    return Oracle.find(file).orElseGet(() -> Assumptions.abort(Oracle.missing(file)));
  }
}
