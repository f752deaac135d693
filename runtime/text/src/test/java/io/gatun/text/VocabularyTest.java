package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What a vocabulary makes of its metadata, good and bad. */
class VocabularyTest {
  private static final List<String> NAMES =
      List.of("stories", "stories-userdef", "llama-spm", "gpt-2", "llama-bpe", "qwen2", "phi-3", "baichuan", "mpt");

  /** Whether the tokens fit the embedding is for the model to check. */
  private static final Set<String> MODEL_CHECKS = Set.of("files/tok-tokens-short.gguf");

  @TestFactory
  Stream<DynamicTest> specialTokensAreThoseOfTheReference() {
    JsonNode manifest = Oracle.json(Oracle.require("tokenizer/manifest.json"));
    return manifest
        .valueStream()
        .filter(entry -> NAMES.contains(entry.get("vocab").asString()))
        .map(entry -> DynamicTest.dynamicTest(entry.get("vocab").asString(), () -> checkInfo(entry)));
  }

  private static void checkInfo(JsonNode entry) {
    String file = "tokenizer/vocab/" + entry.get("vocab").asString() + ".gguf";
    Vocabulary vocabulary =
        Vocabulary.of(Vocabularies.find(file).orElseGet(() -> Assumptions.abort(Oracle.missing(file))));
    JsonNode info = entry.get("info");
    assertEquals(info.get("n").asInt(), vocabulary.size());
    assertEquals(info.get("add_bos").asInt() == 1, vocabulary.addsBos());
    assertEquals(info.get("add_eos").asInt() == 1, vocabulary.addsEos());
    checkRole(info.get("bos"), vocabulary, SpecialRole.BOS);
    checkRole(info.get("eos"), vocabulary, SpecialRole.EOS);
    checkRole(info.get("eot"), vocabulary, SpecialRole.EOT);
    checkRole(info.get("sep"), vocabulary, SpecialRole.SEPARATOR);
    checkRole(info.get("pad"), vocabulary, SpecialRole.PADDING);
    checkRole(info.get("fim_pre"), vocabulary, SpecialRole.FIM_PREFIX);
    checkRole(info.get("fim_suf"), vocabulary, SpecialRole.FIM_SUFFIX);
    checkRole(info.get("fim_mid"), vocabulary, SpecialRole.FIM_MIDDLE);
  }

  private static void checkRole(JsonNode id, Vocabulary vocabulary, SpecialRole role) {
    OptionalInt expected = id.asInt() < 0 ? OptionalInt.empty() : OptionalInt.of(id.asInt());
    assertEquals(expected, vocabulary.special(role), role.name());
  }

  @TestFactory
  Stream<DynamicTest> malformedTokenizersAreRefused() {
    JsonNode manifest = Oracle.json(Oracle.require("malformed/manifest.json"));
    return entries(manifest)
        .filter(entry -> "tokenizer".equals(entry.get("category").asString()))
        .filter(entry -> !MODEL_CHECKS.contains(entry.get("file").asString()))
        .map(entry -> DynamicTest.dynamicTest(entry.get("defect").asString(), () -> checkMalformed(entry)));
  }

  private static Stream<JsonNode> entries(JsonNode manifest) {
    return manifest.isArray() ? manifest.valueStream() : manifest.get("files").valueStream();
  }

  private static void checkMalformed(JsonNode entry) {
    String file = "malformed/" + entry.get("file").asString();
    Metadata metadata = Vocabularies.find(file).orElseGet(() -> Assumptions.abort(Oracle.missing(file)));
    String message = refusal(metadata);
    if (entry.get("expected").asString().equals("reject")) {
      assertTrue(message.startsWith(metadata.origin()), message);
    }
    assertFalse(message.contains("\n"), message);
  }

  /** Empty if it is not refused; then it must work. */
  private static String refusal(Metadata metadata) {
    try {
      Tokenizer tokenizer = Tokenizer.of(metadata);
      assertTrue(tokenizer.encode("Once upon a time", Set.of()).length > 0);
      return "";
    } catch (FormatException | UnsupportedModelException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  @Test
  void unknownKindsAreListedWithTheKnown() {
    var model = assertThrows(UnsupportedModelException.class, () -> Tokenizer.of(spm().with("model", "wpm2").build()));
    assertTrue(String.valueOf(model.getMessage()).contains("'wpm2' is not supported, expected one of: llama, gpt2"));
    var pre = assertThrows(UnsupportedModelException.class, () -> Tokenizer.of(bpe().with("pre", "gpt-99").build()));
    assertTrue(String.valueOf(pre.getMessage()).contains("'gpt-99' is not supported"), pre.getMessage());
    assertTrue(String.valueOf(pre.getMessage()).contains("qwen2"), pre.getMessage());
  }

  @Test
  void listsOfOtherLengthsAreMalformed() {
    assertMalformed(spm().with("scores", new float[1]));
    assertMalformed(spm().with("token_type", new long[2]));
    assertMalformed(spm().with("scores", "none"));
    assertMalformed(spm().with("tokens", new String[0]));
    assertMalformed(spm().with("token_type", new long[] {6, 1, 1, 1, 1, 1, 1}));
    assertMalformed(bpe().with("merges", new String[] {"ab"}));
    assertMalformed(bpe().with("add_bos_token", 1L));
  }

  @Test
  void tokenOutsideTheVocabularyPlaysNoPart() {
    Vocabulary vocabulary = Vocabulary.of(bpe().with("bos_token_id", 0xFFFF_FFFFL).with("add_bos_token", true).build());
    assertEquals(OptionalInt.empty(), vocabulary.bos());
    assertFalse(vocabulary.addsBos());
    assertEquals(OptionalInt.of(2), Vocabulary.of(spm().with("eos_token_id", -5L).build()).eos());
  }

  @Test
  void tokensThatLookLikeControlTokensBecomeSome() {
    Vocabulary vocabulary = Vocabulary.of(bpe().tokens("a", "b", "ab", "<|im_end|>", "<|fim_prefix|>", "<|end|>").build());
    assertEquals(TokenType.CONTROL, vocabulary.type(3));
    assertEquals(TokenType.CONTROL, vocabulary.type(4));
    assertEquals(Set.of(3, 5), vocabulary.endOfGeneration());
    assertTrue(vocabulary.isEndOfGeneration(3));
    assertFalse(vocabulary.isEndOfGeneration(4));
  }

  @Test
  void channelMarkupIsRenderedButNotParsedFromStrangers() {
    Metadata metadata =
        bpe()
            .tokens("<", "|", ">", "<|channel|>", "<|call|>", "<|return|>", "<|end|>")
            .with("token_type", new long[] {1, 1, 1, 3, 3, 3, 3})
            .build();
    Tokenizer tokenizer = Tokenizer.of(metadata);
    assertEquals(Set.of(4, 5), tokenizer.vocabulary().endOfGeneration());
    assertEquals("<|channel|>", new String(tokenizer.piece(3), StandardCharsets.UTF_8));
    assertFalse(Arrays.stream(tokenizer.encode("<|channel|>", Set.of())).anyMatch(id -> id == 3));
    assertEquals("[3]", Arrays.toString(tokenizer.encode("<|channel|>", Set.of(EncodeOption.PARSE_SPECIAL))));
  }

  @Test
  void textNeverMergesIntoControlToken() {
    Metadata metadata =
        spm().tokens("<unk>", "<s>", "</s>", "<", "s>", "s", ">").with("token_type", new long[] {2, 3, 3, 1, 1, 1, 1})
            .with("add_space_prefix", false).build();
    assertEquals("[3, 4]", Arrays.toString(Tokenizer.of(metadata).encode("<s>", Set.of())));
  }

  @Test
  void characterThatIsInNoWayInTheVocabularyIsUnknownOrRefused() {
    Tokenizer unknown = Tokenizer.of(spm().with("add_space_prefix", false).build());
    assertEquals("[0, 0, 3]", Arrays.toString(unknown.encode("éa", Set.of())));
  }

  @Test
  void scoresMayBeWholeNumbersOrNone() {
    for (Object scores : List.of(new long[] {0, 0, 0, -3, -2, -1, -5}, new float[] {0, 0, 0, -3, -2, -1, Float.NaN})) {
      Tokenizer tokenizer = Tokenizer.of(spm().with("scores", scores).with("add_space_prefix", false).build());
      assertEquals("[5]", Arrays.toString(tokenizer.encode("ab", Set.of())));
    }
    Tokenizer.of(spm().build());
  }

  private static void assertMalformed(Keys keys) {
    var refused = assertThrows(FormatException.class, () -> Tokenizer.of(keys.build()));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("here.gguf: key tokenizer.ggml."), refused.getMessage());
  }

  private static Keys spm() {
    return new Keys().with("model", "llama").tokens("<unk>", "<s>", "</s>", "a", "b", "ab", "c");
  }

  private static Keys bpe() {
    return new Keys().with("model", "gpt2").with("pre", "gpt-2").tokens("a", "b", "ab").with("merges", new String[] {"a b"});
  }

  /** Metadata under {@code tokenizer.ggml.}. */
  private static final class Keys {
    private final LinkedHashMap<String, Metadata.Value> values = new LinkedHashMap<>();

    Keys with(String key, Object content) {
      values.put("tokenizer.ggml." + key, new Metadata.Value(content.getClass().getSimpleName(), content));
      return this;
    }

    Keys tokens(String... tokens) {
      return with("tokens", tokens);
    }

    Metadata build() {
      return new Metadata("here.gguf", values);
    }
  }
}
