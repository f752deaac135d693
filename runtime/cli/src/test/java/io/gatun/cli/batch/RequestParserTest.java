package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.Json;
import io.gatun.engine.Chat;
import io.gatun.engine.Message;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import io.gatun.text.reply.ToolCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParserTest {
  private static final RequestParser PARSER =
      new RequestParser(
          stops -> Sampling.defaults().topK(7).stop(stops.orElse(List.of("END")).toArray(String[]::new)), Map.of("v", 1), 11, "stories");

  @Test
  void aLineThatSaysLittleHasTheDefaultsAndASeedOfItsOwn() {
    Request.Generate request = generate("{\"prompt\":\"Once\",\"whatever\":{\"x\":[1]}}");
    assertEquals(Prompt.text("Once"), request.prompt());
    assertEquals(Sampling.defaults().topK(7).stop("END").seed(LineSeed.of(11, 3)), request.sampling());
    assertEquals("{\"id\":null,\"line\":3,\"finish_reason\":\"error\",\"error\":{\"message\":\"m\"}}", request.reply().problem("m"));
  }

  @Test
  void aLineSaysHowToGenerate() {
    Sampling sampling =
        generate(
                "{\"id\":4,\"prompt\":\"p\",\"max_tokens\":5,\"temperature\":1,\"top_p\":0.5,\"top_k\":3,\"min_p\":0.25,"
                    + "\"seed\":-9,\"stop\":[\"a\",\"b\"]}")
            .sampling();
    assertEquals(
        Sampling.defaults().maxTokens(5).temperature(1).topP(0.5).topK(3).minP(0.25).seed(-9).stop("a", "b"), sampling);
    assertEquals(List.of("x"), generate("{\"prompt\":\"p\",\"stop\":\"x\"}").sampling().stops());
    assertEquals(OptionalLong.of(LineSeed.of(11, 3)), generate("{\"prompt\":\"p\",\"seed\":null}").sampling().seed());
  }

  @Test
  void messagesMakeAChat() {
    Request.Generate request =
        generate(
            "{\"id\":\"x\",\"messages\":[{\"role\":\"developer\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]},{\"role\":\"assistant\",\"content\":\"c\"}]}");
    assertEquals(
        Chat.of(Message.system("s"), Message.user("ab"), Message.assistant("c")).with("v", 1), request.prompt());
  }

  @Test
  void toolsAndTheTemplatesVariables() {
    Request.Generate request =
        generate(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":null,\"reasoning\":\"hm\","
                + "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"r\"}],\"tools\":[{\"type\":\"function\"}],"
                + "\"reasoning_effort\":\"low\",\"chat_template_kwargs\":{\"v\":null,\"enable_thinking\":false}}");
    var call = new ToolCall("c1", "f", "{}");
    assertEquals(
        Chat.of(
                Message.user("u"),
                Message.assistant("").reasoning("hm").toolCalls(List.of(call)),
                Message.tool(call, "r"))
            .tools(List.of(Map.of("type", "function")))
            .with("v", null)
            .with("enable_thinking", false)
            .with("reasoning_effort", "low"),
        request.prompt());
  }

  @Test
  void aLineOfAnOpenAiBatchIsAnsweredInItsForm() {
    Request.Generate request =
        generate(
            "{\"custom_id\":\"r-1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"gpt\","
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_completion_tokens\":9,\"n\":1}}");
    assertEquals(Chat.of(Message.user("hi")).with("v", 1), request.prompt());
    assertEquals(Optional.of(9), request.sampling().maxTokens());
    assertEquals(new Reply.OpenAi(3, Json.parse("\"r-1\"", "id"), "gpt"), request.reply());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "` `                                       | the line is blank: expected a JSON object",
        "[1]                                       | the line is an array: expected a JSON object",
        "5                                         | the line is 5: expected a JSON object",
        "{\"id\":1}                                | the line has neither \"prompt\" nor \"messages\": expected one of them",
        "{\"prompt\":\"p\",\"messages\":[]}        | the line has both \"prompt\" and \"messages\": expected one of them",
        "{\"prompt\":5}                            | prompt is 5: expected a string",
        "{\"prompt\":\"\\ud800\"}                  | prompt has half of a surrogate pair: expected whole characters",
        "{\"id\":[1],\"prompt\":\"p\"}             | id is an array: expected a string or a number",
        "{\"id\":1e999,\"prompt\":\"p\"}           | id is",
        "{\"id\":\"\\udc00\",\"prompt\":\"p\"}     | id has half of a surrogate pair: expected whole characters",
        "{\"prompt\":\"p\",\"max_tokens\":\"5\"}   | max_tokens is \"5\": expected an integer",
        "{\"prompt\":\"p\",\"max_tokens\":5.5}     | max_tokens is 5.5: expected an integer",
        "{\"prompt\":\"p\",\"max_tokens\":-1}      | max_tokens -1: expected 0 or more",
        "{\"prompt\":\"p\",\"top_k\":4294967296}   | top_k is 4294967296: expected at most 2147483647",
        "{\"prompt\":\"p\",\"temperature\":true}   | temperature is true: expected a number",
        "{\"prompt\":\"p\",\"temperature\":-1}     | temperature -1.0: expected 0 or more",
        "{\"prompt\":\"p\",\"stop\":[\"a\",1]}     | stop[1] is 1: expected a string",
        "{\"prompt\":\"p\",\"stop\":\"\"}          | stop an empty text: expected at least one character",
        "{\"prompt\":\"p\",\"seed\":1e40}          | seed is 1.0E40: expected an integer",
        "{\"prompt\":\"p\",\"n\":2}                | n: expected 1, ask for more answers in more lines",
        "{\"messages\":{}}                         | messages is an object: expected an array",
        "{\"messages\":[]}                         | messages is empty: expected at least one message",
        "{\"messages\":[1]}                        | messages[0] is 1: expected an object with role and content",
        "{\"messages\":[{\"role\":\"user\"}]}      | messages[0].content is missing",
        "{\"messages\":[{\"content\":\"x\"}]}      | messages[0].role is missing",
        "{\"messages\":[{\"role\":\"x\",\"content\":\"\"}]} | messages[0].role is \"x\": expected system, developer, user, assistant or tool",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} | messages[0].content[0].type is \"image_url\": expected \"text\", nothing else is understood",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],\"tools\":[5]} | tools[0] is 5: expected an object",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],\"tools\":5} | tools is 5: expected an array",
        "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{}]}]} | messages[0].tool_calls[0].function is missing",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],\"chat_template_kwargs\":5} | chat_template_kwargs is 5: expected an object",
        "{\"custom_id\":5,\"body\":{}}             | custom_id is 5: expected a string",
        "{\"body\":{}}                             | custom_id is missing: expected a string",
        "{\"custom_id\":\"c\"}                     | body is missing: expected an object",
        "{\"custom_id\":\"c\",\"body\":[]}         | body is an array: expected an object",
        "{\"custom_id\":\"c\",\"body\":{}}         | body.messages is missing: expected an array",
        "{\"custom_id\":\"c\",\"url\":\"/v1/embeddings\",\"body\":{}} | url is \"/v1/embeddings\": expected \"/v1/chat/completions\"",
      })
  void aBadLineSaysWhatIsWrong(String line, String message) {
    Request.Bad bad = assertInstanceOf(Request.Bad.class, parse(line));
    assertTrue(bad.message().startsWith(message), bad.message());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"{\"prompt\":\"p\"", "{\"prompt\":\"p\"} x", "{\"prompt\":\"p\",\"prompt\":\"q\"}", "{'prompt':'p'}", "not JSON"})
  void whatIsNotJsonIsABadLine(String line) {
    Request.Bad bad = assertInstanceOf(Request.Bad.class, parse(line));
    assertTrue(bad.message().startsWith("the line is not JSON: "), bad.message());
  }

  @Test
  void deeplyNestedAndHugeLinesDoNoHarm() {
    assertInstanceOf(Request.Bad.class, parse("[".repeat(100_000)));
    assertInstanceOf(Request.Bad.class, parse("{\"id\":" + "9".repeat(5_000) + ",\"prompt\":\"p\"}"));
    Request.Generate huge = generate("{\"prompt\":\"" + "x".repeat(1 << 20) + "\"}");
    assertEquals(Prompt.text("x".repeat(1 << 20)), huge.prompt());
  }

  /** So that a reader of either form finds what it looks for. */
  @Test
  void aBadOpenAiLineIsReportedInBothForms() {
    Reply reply = parse("{\"custom_id\":\"c\",\"body\":{}}").reply();
    assertEquals(
        "{\"id\":\"c\",\"custom_id\":\"c\",\"line\":3,\"finish_reason\":\"error\",\"response\":{\"status_code\":400,"
            + "\"request_id\":\"req_3\",\"body\":{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":null,"
            + "\"code\":null}}},\"error\":{\"code\":\"invalid_request\",\"message\":\"m\"}}",
        reply.problem("m"));
  }

  private static Request.Generate generate(String line) {
    Request request = parse(line);
    return assertInstanceOf(Request.Generate.class, request, () -> request.toString());
  }

  private static Request parse(String line) {
    return PARSER.parse(new InputLine.Text(3, line));
  }
}
