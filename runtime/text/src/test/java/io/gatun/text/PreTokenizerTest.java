package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Metadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Words worked out by hand from the expressions: separated by {@code ¦}, with {@code ↵} for a newline. */
class PreTokenizerTest {
  private static final List<List<String>> CASES =
      List.of(
          // Combining marks: some expressions take them into a word.
          List.of("qwen2", "नमस¦्त¦े"),
          List.of("gpt-4o", "नमस¦्त¦े"),
          List.of("qwen35", "नमस्ते¦ x"),
          List.of("granite-embed-multi-97m", "नमस्ते¦ x"),
          List.of("tiny_aya", "नमस्ते¦ x"),
          List.of("youtu", "नमस्ते¦ x"),
          List.of("exaone-moe", "नमस्ते x"),
          // Contractions.
          List.of("gpt-4o", "I'll¦ we'RE¦ '¦tis"),
          List.of("qwen2", "I¦'ll¦ we¦'RE¦ '¦tis"),
          List.of("gpt-2", "I¦'ll¦ we¦'¦RE"),
          List.of("qwen2", "Ankara¦'d¦a"),
          List.of("ufakzeka", "Ankara¦'da"),
          List.of("youtu", "I'll"),
          List.of("tekken", "I¦'ll"),
          // Cases are those of ASCII letters.
          List.of("gpt-4o", "camel¦Case¦ HTTPServer¦ ÉaÉ"),
          List.of("tekken", "camel¦Case"),
          List.of("tiny_aya", "camelCase"),
          // Digits.
          List.of("gpt-2", "1234567"),
          List.of("llama-bpe", "123¦456¦7"),
          List.of("minicpm5", "123¦456¦7¦ a"),
          List.of("superbpe", "a¦1¦234¦567¦b"),
          List.of("superbpe", "a¦234¦567"),
          List.of("superbpe", "¼12¦345"),
          List.of("tiny_aya", "a¦1¦234¦567¦b"),
          List.of("cohere2moe", " ¦1¦234"),
          List.of("afmoe", "a¦1¦234¦567¦b"),
          List.of("afmoe", "x¦12¦ a"),
          List.of("seed-coder", "1¦2¦3¦ a"),
          List.of("deepseek-llm", "a¦1234"),
          List.of("deepseek-coder", "a¦1¦2"),
          List.of("spark2_5", "1¦2¦3¦4"),
          List.of("viking", "a¦ ¦1¦2"),
          List.of("chameleon", "1¦2"),
          List.of("starcoder", "1¦2¦ a"),
          List.of("falcon", "123¦456¦7"),
          List.of("default", "123¦456¦7"),
          // Newlines and spaces.
          List.of("llama-bpe", "a¦ ↵↵¦  ¦ b"),
          List.of("qwen2", "a¦!↵¦b"),
          List.of("seed-coder", "a¦!¦↵¦b"),
          List.of("exaone-moe", "a¦!↵¦↵¦b"),
          List.of("spark2_5", "a¦!¦↵¦↵¦b"),
          List.of("deepseek-v3", "a¦!↵↵¦b"),
          List.of("jais-2", "a¦  ¦ b"),
          List.of("jais-2", "a¦        ¦ b"),
          List.of("jais-2", "a¦    ¦  ¦ b¦  "),
          List.of("laguna", "a¦ ¦↵↵¦b"),
          List.of("gemma4", "a b¦↵↵¦c"),
          List.of("sarvam-moe", "a b¦↵¦c"),
          List.of("whitespace", "ab¦ ¦c"),
          List.of("chameleon", "a¦    ¦  ¦ b"),
          List.of("deepseek-llm", "a¦  ¦ b¦  "),
          // Punctuation; llama.cpp has no category for the tilde.
          List.of("poro-chat", "a¦,¦ b¦."),
          List.of("deepseek-v3", ".foo¦ ¦~bar¦ ¦~"),
          List.of("afmoe", ".foo¦ ?!"),
          List.of("falcon", "a¦ ¦`$"),
          List.of("chameleon", "a¦.¦."),
          List.of("chameleon", "<¦sentinel¦:¦1¦2¦>¦IMGIMGABZ"),
          // Scripts.
          List.of("kimi-k2", "ab¦中文¦cd"),
          List.of("kimi-k2", "!¦中文"),
          List.of("kimi-k2", "!カ¦中"),
          List.of("gpt-4o", "ab中文cd"),
          List.of("deepseek-v3", "ab¦中文カナ¦cd"),
          List.of("deepseek-llm", "ab¦中文カ"),
          List.of("youtu", "한국¦！¦ㄅ¦中文¦ab"),
          List.of("afmoe", "ab¦ไ¦ทย¦中文"));

  @TestFactory
  Stream<DynamicTest> cutsIntoWords() {
    return CASES.stream()
        .map(
            line -> {
              String words = line.get(1).replace('↵', '\n');
              return DynamicTest.dynamicTest(
                  String.join(" ", line), () -> assertEquals(words, cut(line.getFirst(), words.replace("¦", ""))));
            });
  }

  private static String cut(String name, String text) {
    var metadata = new LinkedHashMap<String, Metadata.Value>();
    metadata.put(VocabularyReader.MODEL, new Metadata.Value("str", "gpt2"));
    metadata.put(VocabularyReader.PRE, new Metadata.Value("str", name));
    PreTokenizer pre = PreTokenizer.of(new Metadata("here.gguf", metadata));
    assertTrue(pre.names().contains(name), name);
    var words = new ArrayList<String>();
    int start = 0;
    for (int end : pre.splitter().ends(text).toArray()) {
      words.add(text.substring(start, end));
      start = end;
    }
    return String.join("¦", words);
  }

  @Test
  void noNameMeansTwoThings() {
    var names = new HashSet<String>();
    for (PreTokenizer pre : PreTokenizer.values()) {
      for (String name : pre.names()) {
        assertTrue(names.add(name), name);
      }
    }
  }
}
