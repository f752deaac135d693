package io.gatun.text;

import static io.gatun.text.HfFolder.part;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.template.ChatTemplate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the other files of a folder say, files of SentencePiece and of GPT-2, and files that are wrong. */
class HfFilesTest {
  private static final Set<EncodeOption> WHOLE = EnumSet.of(EncodeOption.ADD_SPECIAL, EncodeOption.PARSE_SPECIAL);

  @TempDir Path folder;

  private HfTokenizer read() {
    return HfTokenizer.read(folder);
  }

  private HfFilesTest file(String name, Object content) {
    HfFolder.write(folder, name, HfFolder.json(content));
    return this;
  }

  @Test
  void settingsNameTokensAndTemplates() {
    HfFolder.transparent().add(257, "<s>", "special").add(258, "<|im_end|>").add(259, "<|x|>").write(folder);
    file(
            "tokenizer_config.json",
            Map.of(
                "bos_token", Map.of("content", "<s>", "lstrip", false),
                "eos_token", "<|im_end|>",
                "add_bos_token", true,
                "added_tokens_decoder", Map.of("260", Map.of("content", "<|y|>", "special", true)),
                "chat_template",
                    List.of(
                        Map.of("name", "default", "template", "plain"), Map.of("name", "tool_use", "template",
                            "tools"))))
        .file("special_tokens_map.json", Map.of("additional_special_tokens", List.of("<|x|>"), "pad_token", "<unk>"))
        .file("added_tokens.json", Map.of("<z>", 261))
        .file("generation_config.json", Map.of("eos_token_id", List.of(258, 260)));
    HfTokenizer read = read();
    Vocabulary vocabulary = read.tokenizer().vocabulary();
    assertEquals(257, vocabulary.bos().orElseThrow());
    assertEquals(258, vocabulary.eos().orElseThrow());
    assertEquals(0, vocabulary.special(SpecialRole.PADDING).orElseThrow());
    assertEquals(Set.of(258, 260), vocabulary.endOfGeneration());
    assertTrue(vocabulary.addsBos());
    assertFalse(vocabulary.addsEos());
    assertArrayEquals(new int[] {257, 98, 2, 259, 260, 261}, read.tokenizer().encode("a<|x|><|y|><z>", WHOLE));
    assertTrue(vocabulary.isGuarded(259));
    assertEquals(TokenType.USER_DEFINED, vocabulary.type(261));
    assertEquals(Set.of("tool_use"), ChatTemplate.variants(read.metadata()));
    assertEquals("plain", read.metadata().string("tokenizer.chat_template"));
  }

  private Map<String, String> templates() {
    Metadata metadata = read().metadata();
    var templates = new TreeMap<String, String>();
    metadata.optionalString("tokenizer.chat_template").ifPresent(text -> templates.put("", text));
    for (String name : ChatTemplate.variants(metadata)) {
      templates.put(name, metadata.string("tokenizer.chat_template." + name));
    }
    var others = new TreeSet<>(templates.keySet());
    others.remove("");
    assertEquals(List.copyOf(others), metadata.optionalStrings("tokenizer.chat_templates").orElse(List.of()));
    return templates;
  }

  /** What transformers would take, later ones before earlier ones. */
  @Test
  void templatesOfManyFiles() throws IOException {
    HfFolder.transparent().write(folder);
    assertEquals(Map.of(), templates());
    file("tokenizer_config.json", Map.of("chat_template", "plain"));
    assertEquals(Map.of("", "plain"), templates());
    var named =
        List.of(
            Map.of("name", "default", "template", "plain"),
            Map.of("name", "rag-2", "template", "grounded"),
            Map.of("name", "tool_use", "template", "tools"),
            Map.of("name", "", "template", "of nobody"));
    file("tokenizer_config.json", Map.of("chat_template", named));
    assertEquals(Map.of("", "plain", "rag_2", "grounded", "tool_use", "tools"), templates());
    file("chat_template.json", Map.of("chat_template", "of a processor"));
    assertEquals(Map.of("", "of a processor", "rag_2", "grounded", "tool_use", "tools"), templates());
    HfFolder.write(folder, "chat_template.jinja", "from a file");
    assertEquals(Map.of("", "from a file"), templates());
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    HfFolder.write(folder, "additional_chat_templates/tool_use.jinja", "tools from a file");
    HfFolder.write(folder, "additional_chat_templates/README.md", "no template");
    assertEquals(Map.of("", "from a file", "tool_use", "tools from a file"), templates());
  }

  @ParameterizedTest
  @CsvSource({"GPT2Tokenizer", "Qwen2Tokenizer"})
  void vocabularyAndMergesAreEnough(String name) {
    Map<String, Object> model = HfModels.byteLevel(600, 3);
    var merges = new ArrayList<>(List.of("#version: 0.2"));
    for (Object pair : (List<?>) Objects.requireNonNull(model.get("merges"))) {
      merges.add(((List<?>) pair).getFirst() + " " + ((List<?>) pair).getLast());
    }
    file("vocab.json", Objects.requireNonNull(model.get("vocab"))).file("tokenizer_config.json", Map.of("tokenizer_class", name));
    HfFolder.write(folder, "merges.txt", String.join("\n", merges) + "\n");
    Tokenizer tokenizer = read().tokenizer();
    Path other = folder.resolve("other");
    var bytes = part("ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex",
        name.startsWith("GPT2"));
    var file = new HfFolder(model).with("pre_tokenizer", bytes).with("decoder", bytes);
    if (name.startsWith("Qwen2")) {
      file.with("normalizer", part("NFC"))
          .with("pre_tokenizer", part("Sequence", "pretokenizers", List.of(part("Split", "pattern",
              HfFolder.regex(VocabJson.QWEN_2), "behavior", "Isolated", "invert", false), bytes)));
    }
    try (HfReference reference = HfReference.of(file.write(other))) {
      for (String text : HfTokenizerTest.texts(200)) {
        assertArrayEquals(reference.encode(text, false), tokenizer.encode(text, WHOLE), text);
      }
    }
  }

  /** The vocabulary of SentencePiece's own results as its library writes it. */
  @Test
  void unigramFileGivesSentencePieceIds() throws IOException {
    JsonNode data = UnigramTest.data();
    var message = new ProtobufMessage();
    for (int id = 0; id < data.get("tokens").size(); id++) {
      message.piece(data.get("tokens").get(id).asString(), (float) data.get("scores").get(id).asDouble(),
          data.get("types").get(id).asInt());
    }
    message.message(2, new ProtobufMessage().integer(3, 1).integer(40, 2).integer(41, -1).integer(42, 1).integer(43, 0));
    message.message(3, new ProtobufMessage().bytes(2, Base64.getDecoder().decode(UnigramTest.charsmapBase64())));
    Files.write(folder.resolve("tokenizer.model"), message.bytes());
    Tokenizer tokenizer = read().tokenizer();
    for (JsonNode line : data.get("cases")) {
      int[] expected = line.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
      assertArrayEquals(expected, tokenizer.encode(line.get("text").asString(), Set.of()), line.toString());
    }
  }

  /** The vocabulary of a reference model, written as SentencePiece does. */
  @Test
  void mergingFileGivesReferenceIds() throws IOException {
    Vocabulary vocabulary = Vocabulary.of(Vocabularies.committed("tokenizer/vocab/stories.gguf"));
    var message = new ProtobufMessage();
    for (int id = 0; id < vocabulary.size(); id++) {
      message.piece(vocabulary.text(id), vocabulary.score(id), vocabulary.type(id).number());
    }
    message.message(2, new ProtobufMessage().integer(3, 2).integer(35, 1));
    message.message(3, new ProtobufMessage().integer(4, 0));
    Files.write(folder.resolve("tokenizer.model"), message.bytes());
    Tokenizer tokenizer = read().tokenizer();
    List<String> lines = Files.readAllLines(Oracle.require("tokenizer/stories.nospecial.jsonl"));
    for (String text : lines) {
      JsonNode line = Oracle.json(text);
      int[] expected = line.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
      assertArrayEquals(expected, tokenizer.encode(line.get("text").asString(), Set.of()), text);
      String decoded = new String(tokenizer.decode(expected, Set.of()), StandardCharsets.UTF_8);
      assertEquals(line.get("text").asString().replace('▁', ' '), decoded);
    }
    assertEquals(vocabulary.bos().orElseThrow(), tokenizer.encode("a", WHOLE)[0]);
  }

  /** Every begin of a file is malformed, and none takes memory that it does not have. */
  @Test
  void truncatedFilesAreMalformed() throws IOException {
    byte[] model = new ProtobufMessage().piece("<unk>", 0, 2).piece("a", -1, 1).message(2, new ProtobufMessage().integer(3,
        1)).bytes();
    for (int length = 0; length < model.length; length++) {
      Files.write(folder.resolve("tokenizer.model"), Arrays.copyOf(model, length));
      try {
        read();
      } catch (FormatException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith(folder.toString()), e.getMessage());
      }
    }
    String json = new HfFolder(HfModels.wordLevel()).json();
    for (int length = 0; length < json.length(); length++) {
      HfFolder.write(folder, "tokenizer.json", json.substring(0, length));
      var malformed = assertThrows(FormatException.class, this::read);
      assertTrue(String.valueOf(malformed.getMessage()).startsWith(folder.toString()), malformed.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; model is missing, expected an object",
        "{\"model\":[]}; model is an array, expected an object",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":-1}}}; model.vocab of 'a' is -1, expected an id "
            + "below 4194304",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":99999999999}}}; model.vocab of 'a' is 9999999999"
            + "9, expected an id below 4194304",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":0}}}; id 0 is both 'a' and 'b', expected"
            + " one token",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}; model.vocab[0] is something else, expected a"
            + " token and its score",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a\"]}}; model.merges[0] is something "
            + "else, expected two symbols",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0}},\"added_tokens\":[{\"id\":0,\"content\":\""
            + "b\"}]}; id 0 is both 'a' and 'b'",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"\\ud800\":0}}}; Broken surrogate pair",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0}},\"normalizer\":{\"type\":\"Prepend\"}}; norm"
            + "alizer.prepend is missing, expected a string"
      })
  void malformedFilesSayWhere(String json, String expected) {
    HfFolder.write(folder, "tokenizer.json", json);
    var malformed = assertThrows(FormatException.class, this::read);
    assertTrue(String.valueOf(malformed.getMessage()).contains(expected), malformed.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"normalizer", "pre_tokenizer", "post_processor", "decoder", "model"})
  void unknownComponentsAreNamed(String component) {
    new HfFolder(HfModels.wordLevel()).with(component, part("Novel", "vocab", Map.of("a", 0))).write(folder);
    var refused = assertThrows(UnsupportedModelException.class, this::read);
    assertTrue(String.valueOf(refused.getMessage()).contains(component + ".type"), refused.getMessage());
    assertTrue(String.valueOf(refused.getMessage()).contains("'Novel'"), refused.getMessage());
  }

  @Test
  void expressionsThatLookBehindAreNamed() {
    new HfFolder(HfModels.wordLevel())
        .with("pre_tokenizer", part("Split", "pattern", HfFolder.regex("(?<=a)b"), "behavior", "Isolated", "invert",
            false))
        .write(folder);
    var refused = assertThrows(UnsupportedModelException.class, this::read);
    assertTrue(String.valueOf(refused.getMessage()).contains("(?<=a)b"), refused.getMessage());
  }

  @Test
  void emptyFolderHasNoTokenizer() {
    assertFalse(HfTokenizer.isIn(folder));
    assertThrows(FormatException.class, this::read);
  }
}
