package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Conversations through the chat template in a model's file. */
class ChatTemplateTest {
  private static final String KEY = "tokenizer.chat_template";
  private static final String LLAMA_2 =
      "{% for m in messages %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content + ' [/INST]' }}"
          + "{% elif m.role == 'assistant' %}"
          + "{{ m.content + eos_token }}{% endif %}{% endfor %}";
  private static final String TELLS =
      "{{ raise_exception('think=' ~ enable_thinking ~ ' effort=' ~ reasoning_effort ~ ' x=' ~ x ~ ' tools=' ~ tools) }}";

  @TempDir Path folder;

  private Path model(String template) throws IOException {
    return Models.storiesWith(folder, KEY, template);
  }

  @Test
  void runRendersThePromptAndSystemMessage() throws IOException {
    Path model = model(LLAMA_2);
    var result =
        Program.gatun("run", "-m", model, "--chat", "-sys", "Be kind.", "-p", "Once<s>", "-n", "4", "--temp", "0", "--json").launch();
    assertEquals(List.of(), result.errors());
    JsonNode json = Oracle.json(result.text());
    // the template drops system messages, so it stands in the user's; <s> in it is text
    var ids = Program.gatun("tokenize", "-m", model, "--add-special").input("[INST] Be kind.\nOnce<s> [/INST]").run();
    assertEquals(Oracle.json(ids.text()).size(), json.at("/usage/prompt_tokens").intValue());
    var without = Program.gatun("run", "-m", model, "-p", "Once", "--think", "off").run();
    assertEquals(2, without.exitCode());
    assertTrue(without.error().contains("--chat"), without.error());
  }

  @Test
  void theNextTurnReusesTheAnswer() throws IOException {
    var result =
        Program.gatun("chat", "-m", model(LLAMA_2), "-n", "12", "--temp", "0")
            .input("Once upon\n/stats\nThen Tim\n/stats\n")
            .run();
    assertEquals(List.of(), result.errors());
    List<String> prompts = result.text().lines().filter(line -> line.startsWith("  prompt:")).toList();
    int first = Integer.parseInt(prompts.get(0).replaceAll(".*: +(\\d+) tokens.*", "$1"));
    int cached = Integer.parseInt(prompts.get(1).replaceAll(".*tokens, (\\d+) of them cached.*", "$1"));
    assertEquals(first + 11, cached, "all but the last token, which was never fed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--no-think                                 | think=False effort= x= tools=",
        "--think                                    | think=True effort= x= tools=",
        "--think=high                               | think=True effort=high x= tools=",
        "--hidethinking --reasoning-effort=low      | think= effort=low x= tools=",
        "--template-var=x=[1] --template-var=reasoning_effort=5 | think= effort=5 x=[1] tools=",
        "--chat-template-kwargs={\"x\":\"y\"}       | think= effort= x=y tools=",
        "--template-var=x=two_words                 | think= effort= x=two_words tools=",
      })
  void theTemplatesVariables(String options, String expected) throws IOException {
    var arguments = new ArrayList<Object>(List.of("run", "-m", model("a\n" + TELLS), "--chat", "-p", "u"));
    arguments.addAll(List.of(options.split(" ")));
    var result = Program.gatun(arguments.toArray()).run();
    assertEquals(1, result.exitCode());
    assertEquals(1, result.errors().size(), result.error());
    assertTrue(result.error().contains("with.gguf: chat template: line 2, column"), result.error());
    assertTrue(result.errors().getFirst().endsWith(expected), result.error());
  }

  @Test
  void thinkingAndVariablesInAConversation() throws IOException {
    var result =
        Program.gatun("chat", "-m", model(TELLS), "--template-var", "x=1")
            .input("u\n/think off\nu\n/set think\n/think hide\nu\n/var x=z\nu\n/var\n/think maybe\n")
            .run();
    assertEquals(0, result.exitCode(), result.error());
    List<String> told = result.errors().stream().filter(line -> line.contains("chat template")).toList();
    assertEquals(4, told.size(), result.error());
    assertTrue(told.get(0).endsWith("think= effort= x=1 tools="), told.get(0));
    assertTrue(told.get(1).endsWith("think=False effort= x=1 tools="), told.get(1));
    assertTrue(told.get(2).endsWith("think=True effort= x=1 tools="), told.get(2));
    assertTrue(told.get(3).endsWith("think=True effort= x=z tools="), told.get(3));
    assertTrue(result.text().endsWith("{x=z, enable_thinking=true}\n"), result.text());
    assertTrue(result.error().contains("think 'maybe': expected on, off, hide"), result.error());
  }

  @Test
  void aMalformedTemplateIsAMalformedFile() throws IOException {
    Path model = model("{% for %}");
    var result = Program.gatun("run", "-m", model, "--chat", "-p", "u").run();
    assertEquals(3, result.exitCode());
    assertTrue(result.error().contains("line 1, column"), result.error());
    assertEquals(0, Program.gatun("run", "-m", model, "-p", "u", "-n", "2").run().exitCode());
  }

  @Test
  void aFamilysTemplateIsNamed() throws IOException {
    Path model = Models.storiesWith(folder, "general.name", "Llama 2 Chat");
    String notice = "No chat template in the file: that of its family is used, llama-2.";
    assertEquals(List.of(notice), Program.gatun("run", "-m", model, "--chat", "-p", "u", "-n", "2").run().errors());
    assertEquals(List.of(notice), Program.gatun("chat", "-m", model, "-n", "2").input("u\n").run().errors());
  }

  @Test
  void linesOfABatch() throws IOException {
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Once\"}]";
    Path in =
        Files.write(
            folder.resolve("in"),
            List.of(
                "{" + messages + ",\"tools\":[{\"a\":1}],\"chat_template_kwargs\":{\"x\":2}}",
                "{\"prompt\":\"Once\",\"max_tokens\":2}"));
    Path out = folder.resolve("out");
    var batch = Program.gatun("run", "-m", model(TELLS), "--input", in, "--output", out, "--no-think", "-s", "1").run();
    assertEquals(0, batch.exitCode(), batch.error());
    List<String> lines = Files.readAllLines(out);
    assertTrue(lines.get(0).contains("think=False effort= x=2 tools=[{'a': 1}]"), lines.get(0));
    assertEquals(2, Oracle.json(lines.get(1)).at("/usage/completion_tokens").intValue());
  }
}
