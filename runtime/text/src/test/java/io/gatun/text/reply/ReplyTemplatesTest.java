package io.gatun.text.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What real chat templates write for an assistant's call is read as that call. */
class ReplyTemplatesTest {
  private static final String FOLDER = "templates";
  /** Scenario to template to what Python's jinja2 rendered. */
  private static final Map<String, Map<String, String>> RENDERED = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    Path lines = folder().resolve("real-templates.jsonl");
    for (String line : Files.readAllLines(lines)) {
      JsonNode json = Oracle.json(line);
      if (json.hasNonNull("expected") && json.hasNonNull("template_file")) {
        RENDERED
            .computeIfAbsent(json.get("scenario").asString(), _ -> new HashMap<>())
            .put(json.get("name").asString(), json.get("expected").asString());
      }
    }
  }

  private static Path folder() {
    return Oracle.find(FOLDER).orElseGet(() -> Assumptions.abort(Oracle.missing(FOLDER)));
  }

  @ParameterizedTest
  @CsvSource({
    "Apertus-8B-Instruct, APERTUS, ''",
    "Apriel-1.6-15b-Thinker-fixed, APRIEL, call00001",
    "Bielik-11B-v3.0-Instruct, THINK_HERMES, ''",
    "ByteDance-Seed-OSS, SEED, ''",
    "Cohere2MoE, COHERE, 0",
    "GLM-4.7-Flash, GLM, ''",
    "GigaChat3-10B-A1.8B, GIGACHAT, ''",
    "GigaChat3.1-10B-A1.8B, GIGACHAT, ''",
    "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16, QWEN_CODER_XML, ''",
    "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use, THINK_HERMES, ''",
    "Qwen-Qwen2.5-7B-Instruct, THINK_HERMES, ''",
    "Qwen-Qwen3-0.6B, THINK_HERMES, ''",
    "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B, DEEPSEEK, ''",
    "deepseek-ai-DeepSeek-V3.1, DEEPSEEK, ''",
    "deepseek-ai-DeepSeek-V3.2, DEEPSEEK_DSML, ''",
    "deepseek-ai-DeepSeek-V4, DEEPSEEK_DSML, ''",
    "google-gemma-4-31B-it-interleaved, GEMMA, ''",
    "gemma4_31b, GEMMA, ''",
    "gemma4_e2b, GEMMA, ''",
    "meta-llama-Llama-3.1-8B-Instruct, LLAMA_3, ''",
    "meta-llama-Llama-3.2-3B-Instruct, LLAMA_3, ''",
    "mistralai-Ministral-3-14B-Reasoning-2512, MISTRAL, ''",
    "mistralai-Mistral-Nemo-Instruct-2407, MISTRAL, call00001",
    "unsloth-mistral-Devstral-Small-2507, MISTRAL, ''",
    "moonshotai-Kimi-K2, KIMI, functions.get_weather:0",
    "openai-gpt-oss-120b, HARMONY, ''",
    "unsloth-Apriel-1.5, APRIEL, call00001",
    "CohereForAI-c4ai-command-r7b-12-2024-tool_use-2025-02, COHERE, 0",
    "laguna_v8, GLM, ''",
    "nemotron3nano, QWEN_CODER_XML, ''",
    "qwen38, QWEN_CODER_XML, ''"
  })
  void readsWhatTemplateWrites(String name, ReplyFormat format, String id) throws IOException {
    assertEquals(format, format(name));
    String rendered = rendered("toolcall", name);
    String turn = between(rendered, "Weather in Paris?", "temp");
    String prompt = shared(after(rendered("simple", name), "\"more\"?"), turn);
    boolean inReasoning = ReplyParser.opensReasoning(format, prompt);
    String reply = turn.substring(prompt.length());
    List<ToolCall> calls = calls(Replies.parse(format, inReasoning, List.of(reply)));
    assertEquals(1, calls.size(), reply);
    assertEquals(id, calls.getFirst().id());
    assertEquals("get_weather", calls.getFirst().name());
    assertEquals(
        Oracle.json("{\"location\": \"Paris, France\", \"days\": 2}"), Oracle.json(calls.getFirst().arguments()));
    assertEquals(calls, calls(Replies.parse(format, inReasoning, Replies.characters(reply))));
  }

  @ParameterizedTest
  @CsvSource({
    "Kimi-K2-Instruct, KIMI",
    "Kimi-K2-Thinking, KIMI",
    "LFM2-8B-A1B, LFM2",
    "LFM2.5-Instruct, LFM2",
    "fireworks-ai-llama-3-firefunction-v2, FIREFUNCTION",
    "meetkai-functionary-medium-v3.1-2025-02, FUNCTIONARY",
    "deepseek-ai-DeepSeek-R1-Distill-Llama-8B, DEEPSEEK",
    "HuggingFaceTB-SmolLM3-3B, THINK_HERMES",
    "google-gemma-2-2b-it, GEMMA",
    "llama-cpp-rwkv-world, THINK_HERMES"
  })
  void recognisesTemplatesThatShowNoCall(String name, ReplyFormat format) throws IOException {
    assertEquals(format, format(name));
  }

  @Test
  void promptsThatOpenReasoningAreTold() throws IOException {
    var opened = new ArrayList<String>();
    for (var prompt : RENDERED.getOrDefault("simple", Map.of()).entrySet()) {
      if (ReplyParser.opensReasoning(format(prompt.getKey()), prompt.getValue())) {
        opened.add(prompt.getKey());
      }
    }
    assertEquals(
        List.of(
            "Apriel-1.6-15b-Thinker-fixed",
            "Cohere2MoE",
            "GLM-4.7-Flash",
            "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
            "deepseek-ai-DeepSeek-R1-Distill-Llama-8B",
            "deepseek-ai-DeepSeek-R1-Distill-Llama-8B-2025-02",
            "nemotron3nano",
            "qwen38"),
        opened.stream().sorted().toList());
    assertTrue(ReplyParser.opensReasoning(ReplyFormat.HARMONY, "<|start|>assistant<|channel|>analysis<|message|>"));
    assertFalse(ReplyParser.opensReasoning(ReplyFormat.PLAIN, "<think>"));
  }

  private static String rendered(String scenario, String name) {
    return Objects.requireNonNull(RENDERED.getOrDefault(scenario, Map.of()).get(name), scenario + " " + name);
  }

  private static ReplyFormat format(String name) throws IOException {
    return ReplyFormat.of(Files.readString(folder().resolve("files").resolve(name + ".jinja")));
  }

  private static List<ToolCall> calls(List<ReplyPiece> pieces) {
    return pieces.stream()
        .filter(ReplyPiece.Call.class::isInstance)
        .map(piece -> ((ReplyPiece.Call) piece).call())
        .toList();
  }

  private static String after(String text, String begin) {
    return text.substring(text.lastIndexOf(begin) + begin.length());
  }

  private static String between(String text, String begin, String end) {
    String rest = after(text, begin);
    int to = rest.indexOf(end);
    return rest.substring(0, to < 0 ? rest.length() : to);
  }

  /** What both begin with, without the begin of a tag. */
  private static String shared(String one, String other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    String shared = one.substring(0, length);
    return shared.lastIndexOf('<') > shared.lastIndexOf('>') ? shared.substring(0, shared.lastIndexOf('<')) : shared;
  }
}
