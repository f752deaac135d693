package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Any metadata is either refused with one of two exceptions, or makes a tokenizer that takes any text, gives ids of its
 * vocabulary and no control tokens, and turns them into text again. Replays the saved inputs; explores with
 * {@code JAZZER_FUZZ=1}.
 */
class TokenizerFuzzTest {
  private static final int MOST_TOKENS = 40;
  private static final List<String> MODELS = List.of("llama", "gpt2", "bert", "t5", "rwkv", "plamo2", "gemma4", "whitespace");
  private static final List<String> PIECES =
      List.of("a", "b", "▁", "Ġ", "<unk>", "<s>", "</s>", "<|im_end|>", "\\x41", "\\", "\n", "é", "中", "<0x41>", " ", "'s");

  @FuzzTest(maxDuration = "10m")
  void anyVocabulary(FuzzedDataProvider data) {
    Keys keys = keys(data);
    String text = data.consumeRemainingAsString();
    Tokenizer tokenizer;
    int[] ids;
    try {
      tokenizer = Tokenizer.of(keys.build());
      ids = tokenizer.encode(text, Set.of());
    } catch (FormatException | UnsupportedModelException refusal) {
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.startsWith("here.gguf: "), message);
      return;
    }
    for (int id : ids) {
      assertTrue(id >= 0 && id < tokenizer.vocabulary().size());
      assertTrue(
          tokenizer.vocabulary().type(id) != TokenType.CONTROL
              || tokenizer.vocabulary().special(SpecialRole.UNKNOWN).orElse(-1) == id);
    }
    tokenizer.decode(ids, Set.of());
    int[] parsed = tokenizer.encode(text, Set.of(EncodeOption.PARSE_SPECIAL, EncodeOption.ADD_SPECIAL));
    StreamDecoder decoder = StreamDecoder.fresh(tokenizer, List.of("b"));
    for (int id : parsed) {
      decoder.accept(id);
    }
    decoder.finish();
  }

  private static Keys keys(FuzzedDataProvider data) {
    Keys keys = new Keys().with("model", data.pickValue(MODELS)).with("pre", pre(data));
    int size = data.consumeInt(1, MOST_TOKENS);
    List<String> tokens = new ArrayList<>();
    for (int id = 0; id < size; id++) {
      tokens.add(token(data));
    }
    boolean bytes = data.consumeBoolean();
    for (int b = 0; b < ByteTokens.COUNT && bytes; b++) {
      tokens.add(ByteTokens.spelling(b));
    }
    keys.tokens(tokens.toArray(String[]::new));
    if (data.consumeBoolean()) {
      var types = new long[tokens.size()];
      for (int id = 0; id < size; id++) {
        types[id] = data.consumeInt(0, 6);
      }
      keys.with("token_type", types);
    }
    if (data.consumeBoolean()) {
      var scores = new float[tokens.size()];
      for (int id = 0; id < size; id++) {
        scores[id] = data.consumeFloat();
      }
      keys.with("scores", scores);
    }
    var merges = new String[data.consumeInt(0, MOST_TOKENS)];
    for (int rank = 0; rank < merges.length; rank++) {
      merges[rank] = token(data) + " " + token(data);
    }
    keys.with("merges", merges);
    for (String key : List.of("unknown_token_id", "bos_token_id", "eos_token_id")) {
      if (data.consumeBoolean()) {
        keys.with(key, data.consumeLong(-1, MOST_TOKENS));
      }
    }
    for (String key : List.of("add_space_prefix", "remove_extra_whitespaces", "add_bos_token", "normalizer.lowercase")) {
      if (data.consumeBoolean()) {
        keys.with(key, data.consumeBoolean());
      }
    }
    if (data.consumeBoolean()) {
      keys.with("precompiled_charsmap", charsmap(data));
    }
    return keys;
  }

  private static String pre(FuzzedDataProvider data) {
    return data.pickValue(data.pickValue(PreTokenizer.values()).names());
  }

  private static String token(FuzzedDataProvider data) {
    var token = new StringBuilder();
    for (int i = data.consumeInt(1, 4); i > 0; i--) {
      token.append(data.consumeBoolean() ? data.pickValue(PIECES) : data.consumeString(2));
    }
    return token.toString();
  }

  /** The length of its array is mostly right, or nothing behind it would ever be reached. */
  private static long[] charsmap(FuzzedDataProvider data) {
    byte[] bytes = data.consumeBytes(200);
    var numbers = new long[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      numbers[i] = bytes[i];
    }
    if (bytes.length > Integer.BYTES && data.consumeBoolean()) {
      numbers[0] = data.consumeInt(0, bytes.length - Integer.BYTES - 1);
      numbers[1] = 0;
      numbers[2] = 0;
      numbers[3] = 0;
    }
    return numbers;
  }
}
