package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
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
      List.of("stories", "stories-userdef", "stories-ugm", "llama-spm", "gpt-2", "llama-bpe", "qwen2", "phi-3", "baichuan", "mpt",
          "bert-bge", "starcoder", "deepseek-coder");

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
    // These are of February 2025, when llama.cpp did not know <fim_prefix> and its like, which it does since.
    if (vocabulary.id("<fim_prefix>").isEmpty()) {
      checkRole(info.get("fim_pre"), vocabulary, SpecialRole.FIM_PREFIX);
      checkRole(info.get("fim_suf"), vocabulary, SpecialRole.FIM_SUFFIX);
      checkRole(info.get("fim_mid"), vocabulary, SpecialRole.FIM_MIDDLE);
    }
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
  }

  @Test
  void unknownAndMissingPreTokenizersAreWarningsThatNameWhatIsUsed() {
    Metadata unknown = bpe().with("pre", "gpt-99").build();
    assertEquals(
        "here.gguf: key tokenizer.ggml.pre is 'gpt-99', which is no known pre-tokenizer, so words may be cut otherwise than in"
            + " training: using 'default'",
        PreTokenizer.doubt(unknown));
    assertEquals(PreTokenizer.DEFAULT, PreTokenizer.of(unknown));
    Metadata missing = new Keys().with("model", "gpt2").build();
    assertTrue(PreTokenizer.doubt(missing).startsWith("here.gguf: key tokenizer.ggml.pre is missing, so"));
    assertEquals(PreTokenizer.DEFAULT, PreTokenizer.of(missing));
  }

  @Test
  void tokensOfTheSameTextAreMalformed() {
    assertMalformed(spm().tokens("<unk>", "<s>", "</s>", "a", "a"));
  }

  @Test
  void emptyTokensGetNames() {
    assertEquals("[EMPTY_1]", Vocabulary.of(bpe().tokens("a", "", "ab").build()).text(1));
  }

  /** Two of them look alike as text; they are rendered as they are stored. */
  @Test
  void spellingsThatAreNoTextAreRenderedAndNeverFound() {
    var data = new byte[] {'<', 's', '>', (byte) 0xE4, (byte) 0xB8, 'a'};
    Metadata metadata =
        spm().with("tokens", new Utf8Strings(data, new int[] {3, 4, 5, 6}, 0)).with("add_space_prefix", false).build();
    Tokenizer tokenizer = Tokenizer.of(metadata);
    assertEquals("e4b861", HexFormat.of().formatHex(tokenizer.decode(new int[] {1, 2, 3}, Set.of())));
    assertEquals("[0, 0, 0]", Arrays.toString(tokenizer.encode("\uFFFD", Set.of())));
  }

  @Test
  void wordPieceAndUnigramNeedAnUnknownToken() {
    assertMalformed(new Keys().with("model", "bert").tokens("a"));
    assertMalformed(new Keys().with("model", "t5").tokens("a", "b"));
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
}
