package io.gatun.text.reply;

import static io.gatun.text.reply.ReplyFormat.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.gatun.text.reply.ReplyPiece.Answer;
import io.gatun.text.reply.ReplyPiece.Call;
import io.gatun.text.reply.ReplyPiece.Reasoning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("StringConcatToTextBlock") // where a reply has newlines is what matters, and is to be seen
class ReplyParserTest {
  record Case(ReplyFormat format, boolean inReasoning, String reply, List<ReplyPiece> pieces) {}

  private static Case of(ReplyFormat format, String reply, ReplyPiece... pieces) {
    return new Case(format, false, reply, List.of(pieces));
  }

  private static Case inReasoning(ReplyFormat format, String reply, ReplyPiece... pieces) {
    return new Case(format, true, reply, List.of(pieces));
  }

  /** A malformed reply, which stays as it is. */
  private static Case text(ReplyFormat format, String reply) {
    return of(format, reply, new Answer(reply));
  }

  private static Call call(String name, String arguments) {
    return call("", name, arguments);
  }

  private static Call call(String id, String name, String arguments) {
    return new Call(new ToolCall(id, name, arguments));
  }

  static Stream<Case> hermes() {
    return Stream.of(
        of(THINK_HERMES, ""),
        text(THINK_HERMES, " Hello,\n\n  world \n"),
        of(THINK_HERMES, "<think>\nHm.\n\nYes.\n</think>\n\nFour.", new Reasoning("Hm.\n\nYes."), new Answer("Four.")),
        of(THINK_HERMES, "\n<think>\n\n</think>\n\n    code\n", new Answer("    code\n")),
        inReasoning(THINK_HERMES, "Hm.\n</think>\n\nFour.", new Reasoning("Hm."), new Answer("Four.")),
        inReasoning(THINK_HERMES, "<think>\nHm.</think>Four.", new Reasoning("Hm."), new Answer("Four.")),
        inReasoning(THINK_HERMES, "</think>\nFour.", new Answer("Four.")),
        inReasoning(THINK_HERMES, "Hm <think> </thin", new Reasoning("Hm <think> </thin")),
        of(THINK_HERMES, "<think>no end\n", new Reasoning("no end\n")),
        text(THINK_HERMES, "The tag <think> begins, </think> ends."),
        of(
            THINK_HERMES,
            "<think>\nI call <tool_call>.\n</think>\n\nLet me see.\n\n<tool_call>\n"
                + "{\"name\": \"f\", \"arguments\": {\"a\": [1, {\"b\": \"}\"}]}}\n</tool_call>\n"
                + "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>\n",
            new Reasoning("I call <tool_call>."),
            new Answer("Let me see."),
            call("f", "{\"a\": [1, {\"b\": \"}\"}]}"),
            call("g", "{}")),
        of(
            THINK_HERMES,
            "<tool_call>{\"arguments\": {\"x\": \"</tool_call>\\\"<tool_call>\"}, \"name\": \"a\\u0062\"}</tool_call>",
            call("ab", "{\"x\": \"</tool_call>\\\"<tool_call>\"}")),
        of(THINK_HERMES, "<tool_call>{\"name\": \"f\"}", call("f", "{}")),
        of(
            THINK_HERMES,
            "<tool_call>{\"id\": 7, \"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}\n<tool_call>{\"name\": \"g\"}x",
            call("7", "f", "{\"a\": 1}"),
            new Answer("<tool_call>{\"name\": \"g\"}x")),
        of(
            THINK_HERMES,
            "a<tool_call>[{\"name\": \"f\"}, {\"type\": \"function\", \"function\": {\"name\": \"g\"}}]</tool_call>b",
            new Answer("a"),
            call("f", "{}"),
            call("g", "{}"),
            new Answer("b")),
        of(
            THINK_HERMES,
            "<tool_call>oops <tool_call>{\"name\": \"f\"}</tool_call> and <tool",
            new Answer("<tool_call>oops"),
            call("f", "{}"),
            new Answer(" and <tool")));
  }

  static Stream<Case> malformed() {
    return Stream.of(
        text(THINK_HERMES, "\n\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}\n</tool_call>\n"),
        text(THINK_HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>"),
        text(THINK_HERMES, "<tool_call>{\"name\": \"\", \"arguments\": {}}</tool_call>"),
        text(THINK_HERMES, "<tool_call>{\"name\": {}, \"arguments\": {}}</tool_call>"),
        text(THINK_HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {}}}</tool_call>"),
        text(THINK_HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 01}}</tool_call>"),
        text(THINK_HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"\n\"}}</tool_call>"),
        text(THINK_HERMES, "<tool_call>[]</tool_call>"),
        text(THINK_HERMES, "<tool_call></tool_call> "),
        text(THINK_HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"b"),
        text(QWEN_CODER_XML, "<tool_call>\n<function=f>\n<parameter=a>\n1\n</function>\n</tool_call>"),
        text(QWEN_CODER_XML, "<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n</tool_call> x"),
        text(QWEN_CODER_XML, "<tool_call> for <function=f>"),
        text(GLM, "<tool_call>f<arg_key>a</arg_key></tool_call>"),
        text(MISTRAL, "[TOOL_CALLS]get weather[ARGS]{\"a\": 1}"),
        text(MISTRAL, "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}},]"),
        text(LLAMA_3, "{\"name\": \"Bob\", \"age\": 3}"),
        text(LLAMA_3, "{\"answer\": {\"name\": \"f\", \"parameters\": {}}}"),
        text(LLAMA_3, "Use {\"name\": \"f\", \"parameters\": {}}; please"),
        text(LLAMA_3, "<|python_tag|>import math; print(math.pi)"),
        text(GEMMA, "<|tool_call>call:f{a:<|\"|>b}<tool_call|>"),
        text(GEMMA, "```tool_code\nf(1)\n```"),
        text(GEMMA, "```python\nf(a=1)\n```"),
        text(DEEPSEEK, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": }<｜tool▁call▁end｜>"),
        text(KIMI, "<|tool_calls_section_begin|><|tool_calls_section_end|>"),
        text(HARMONY, "Hello, <b>world</b>!"),
        text(HARMONY, "<|channel|>commentary to=python code<|message|>print(1)"),
        text(HARMONY, "<|channel|>thoughts<|message|>Hm"),
        text(HARMONY, "<|channel|>analysis"));
  }

  static Stream<Case> families() {
    String deepSeekCall = "<｜tool▁call▁begin｜>%s<｜tool▁sep｜>{\"a\": \"<｜tool▁calls▁end｜>\"}<｜tool▁call▁end｜>";
    return Stream.of(
        text(PLAIN, "<think> [TOOL_CALLS] {\"name\": 1} \n"),
        of(
            QWEN_CODER_XML,
            "Hm.\n</think>\n\n<tool_call>\n<function=f>\n<parameter=a>\n\n 1 </parameter>\n\n</parameter>\n"
                + "<parameter=b>\n[1, \"x\"]\n</parameter>\n<parameter=c>\ntrue\n</parameter>\n"
                + "<parameter=d>\nsay \"hi\"\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=g>\n"
                + "</function>\n</tool_call>",
            new Answer("Hm.\n</think>"),
            call(
                "f",
                "{\"a\": \"\\n 1 </parameter>\\n\", \"b\": [1, \"x\"], \"c\": true, \"d\": \"say \\\"hi\\\"\"}"),
            call("g", "{}")),
        of(
            SEED,
            "<seed:think>Hm.</seed:think>\n<seed:tool_call>\n<function=f>\n<parameter=a>x\ny</parameter>\n</function>\n"
                + "</seed:tool_call>",
            new Reasoning("Hm."),
            call("f", "{\"a\": \"x\\ny\"}")),
        of(
            GLM,
            "<tool_call>f<arg_key>a</arg_key><arg_value>x </arg_value> y</arg_value>\n<arg_key>b</arg_key>\n"
                + "<arg_value>2.5</arg_value></tool_call><tool_call>now</tool_call>",
            call("f", "{\"a\": \"x </arg_value> y\", \"b\": 2.5}"),
            call("now", "{}")),
        of(
            DEEPSEEK_DSML,
            "Sure.\n\n<｜DSML｜tool_calls>\n<｜DSML｜invoke name=\"f\">\n"
                + "<｜DSML｜parameter name=\"a\" string=\"true\">12</｜DSML｜parameter>\n"
                + "<｜DSML｜parameter name=\"b\" string=\"false\">12</｜DSML｜parameter>\n</｜DSML｜invoke>\n"
                + "<｜DSML｜invoke name=\"g\">\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>",
            new Answer("Sure."),
            call("f", "{\"a\": \"12\", \"b\": 12}"),
            call("g", "{}")),
        of(
            DEEPSEEK,
            "<think>Hm</think>On it.<｜tool▁calls▁begin｜>"
                + deepSeekCall.formatted("f")
                + deepSeekCall.formatted("g")
                + "<｜tool▁calls▁end｜>",
            new Reasoning("Hm"),
            new Answer("On it."),
            call("f", "{\"a\": \"<｜tool▁calls▁end｜>\"}"),
            call("g", "{\"a\": \"<｜tool▁calls▁end｜>\"}")),
        of(
            DEEPSEEK,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\": 1}\n```<｜tool▁call▁end｜>",
            call("f", "{\"a\": 1}")),
        of(
            KIMI,
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}"
                + "<|tool_call_end|><|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{\"a\": 1}"
                + "<|tool_call_end|><|tool_calls_section_end|>",
            call("functions.f:0", "f", "{}"),
            call("functions.g:1", "g", "{\"a\": 1}")),
        of(
            MISTRAL,
            "[THINK]Hm[/THINK]So.[TOOL_CALLS]f[ARGS]{\"a\": \"[TOOL_CALLS]\"}[TOOL_CALLS]g[CALL_ID]x1[ARGS]{}",
            new Reasoning("Hm"),
            new Answer("So."),
            call("f", "{\"a\": \"[TOOL_CALLS]\"}"),
            call("x1", "g", "{}")),
        of(
            MISTRAL,
            "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": 1}, \"id\": \"abcdefghi\"}, {\"name\": \"g\"}]",
            call("abcdefghi", "f", "{\"a\": 1}"),
            call("g", "{}")),
        of(
            LLAMA_3,
            "{\"name\": \"f\", \"parameters\": {\"a\": \"; {\"}}; {\"type\": \"function\", \"name\": \"g\","
                + " \"parameters\": {}}",
            call("f", "{\"a\": \"; {\"}"),
            call("g", "{}")),
        of(LLAMA_3, "<|python_tag|>{\"name\": \"f\", \"parameters\": {}}", call("f", "{}")),
        of(
            LLAMA_3,
            "<|python_tag|>brave_search.call(query=\"a) \\\"b\\\"\")",
            call("brave_search", "{\"query\": \"a) \\\"b\\\"\"}")),
        of(
            GEMMA,
            "<|channel>thought\nHm.\n<channel|>Yes.<|tool_call>call:f{a:<|\"|>x, \"y\"}<|\"|>,b:[1,true,null],"
                + "c:{<|\"|>d e<|\"|>:-1.5e3,f:[]}}<tool_call|><|tool_call>call:g{}<tool_call|>",
            new Reasoning("Hm."),
            new Answer("Yes."),
            call("f", "{\"a\": \"x, \\\"y\\\"}\", \"b\": [1, true, null], \"c\": {\"d e\": -1.5e3, \"f\": []}}"),
            call("g", "{}")),
        of(
            GEMMA,
            "Look:\n```tool_code\nprint(f(a='it\\'s', b=[1, (2,)], c={'k': None}, d=True))\n```\nand\n"
                + "```tool_call\n{\"name\": \"g\", \"arguments\": {}}\n```",
            new Answer("Look:"),
            call("f", "{\"a\": \"it's\", \"b\": [1, [2]], \"c\": {\"k\": null}, \"d\": true}"),
            new Answer("and"),
            call("g", "{}")),
        of(
            COHERE,
            "<|START_THINKING|>Hm.<|END_THINKING|><|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"f\","
                + " \"parameters\": {}}\n]<|END_ACTION|>",
            new Reasoning("Hm."),
            call("0", "f", "{}")),
        of(COHERE, "<|START_RESPONSE|>Yes.<|END_RESPONSE|>", new Answer("Yes.")),
        of(
            APERTUS,
            "<|inner_prefix|>Hm.<|inner_suffix|><|tools_prefix|>[{\"f\": {\"a\": 1}}, {\"g\": {}}]<|tools_suffix|>",
            new Reasoning("Hm."),
            call("f", "{\"a\": 1}"),
            call("g", "{}")),
        inReasoning(
            APRIEL,
            "Hm.\n[BEGIN FINAL RESPONSE]\nYes.\n[END FINAL RESPONSE]\n<tool_calls>[{\"name\": \"f\", \"id\": \"1\"}]"
                + "</tool_calls>",
            new Reasoning("Hm."),
            new Answer("Yes."),
            call("1", "f", "{}")),
        of(GIGACHAT, "<|function_call|>{\"name\": \"f\", \"arguments\": {\"a\": 1}}", call("f", "{\"a\": 1}")),
        of(
            LFM2,
            "<|tool_call_start|>[f(a=\"x\", b=2), g()]<|tool_call_end|>On it.",
            call("f", "{\"a\": \"x\", \"b\": 2}"),
            call("g", "{}"),
            new Answer("On it.")),
        of(FUNCTIONARY, "<function=f>{\"a\": 1}</function><function=g>{}</function>", call("f", "{\"a\": 1}"), call("g", "{}")),
        of(FIREFUNCTION, " functools[{\"name\": \"f\", \"arguments\": {}}]", call("f", "{}")),
        of(
            HARMONY,
            "<|channel|>analysis<|message|>Hm.\n<|end|><|start|>assistant<|channel|>commentary<|message|>I look.<|end|>"
                + "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>"
                + "{\"a\": \"<|end|>\"}<|call|>",
            new Reasoning("Hm.\n"),
            new Answer("I look."),
            call("f", "{\"a\": \"<|end|>\"}")),
        of(
            HARMONY,
            " to=functions.f<|channel|>commentary json<|message|>{\"a\": 1}<|call|><|start|>assistant<|channel|>final"
                + "<|message|>  Done. <|return|>",
            call("f", "{\"a\": 1}"),
            new Answer("  Done. ")),
        inReasoning(HARMONY, "Hm.<|end|><|start|>assistant<|channel|>final<|message|>4", new Reasoning("Hm."), new Answer("4")));
  }

  /** The whole, every cut in two, single characters and random parts say the same. */
  @ParameterizedTest
  @MethodSource({"hermes", "malformed", "families"})
  void meansTheSameHoweverItIsCut(Case expected) {
    String reply = expected.reply();
    var random = new Random(reply.hashCode());
    var cuts = new ArrayList<List<String>>(List.of(List.of(reply), Replies.characters(reply)));
    for (int at = 1; at < reply.length(); at++) {
      cuts.add(List.of(reply.substring(0, at), reply.substring(at)));
      cuts.add(Replies.randomParts(reply, random));
    }
    for (List<String> parts : cuts) {
      assertEquals(
          expected.pieces(),
          Replies.parse(expected.format(), expected.inReasoning(), parts),
          () -> String.join("|", parts));
    }
  }

  /** Fragments of every family in random order: cuts never matter, and a reply without calls is all there. */
  @ParameterizedTest
  @EnumSource(ReplyFormat.class)
  void cutsDoNotMatterInRandomReplies(ReplyFormat format) {
    var random = new Random(format.name().hashCode());
    var fragments = new ArrayList<>(format.markers());
    fragments.addAll(
        List.of(
            "{\"name\": \"f\", \"arguments\": {\"a\": \"x\"}}", "{\"name\": \"f\", \"parameters\": {}}", "[", "]", "{}", "\"",
            "f", " ", "\n", "text", "<", "<|", "<function=f>", "</function>", "<parameter=a>", "</parameter>", "f(a=1)",
            "call:f{a:1}", "[ARGS]", "```", "to=functions.f", "final", "analysis", "commentary", "json", "\\", ";"));
    for (int i = 0; i < 3_000; i++) {
      var reply = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        reply.append(fragments.get(random.nextInt(fragments.size())));
      }
      String text = reply.toString();
      List<ReplyPiece> whole = Replies.parse(format, text);
      assertEquals(whole, Replies.parse(format, false, Replies.characters(text)), text);
      assertEquals(whole, Replies.parse(format, false, Replies.randomParts(text, random)), text);
    }
  }

  @Test
  void nothingOfMarkerIsShownBeforeItIsDecided() {
    var parser = new ReplyParser(THINK_HERMES, false);
    assertEquals(List.of(new Answer("Yes")), parser.accept("Yes <tool"));
    assertEquals(List.of(new Answer(" <tool>")), parser.accept(">"));
    assertEquals(List.of(), parser.accept("\n<tool_call>"));
    assertEquals(List.of(), parser.accept("{\"name\": "));
    assertEquals(List.of(new Answer("\n<tool_call>{\"name\": oh")), parser.accept("oh"));
    assertEquals(List.of(), parser.finish());
  }

  @Test
  void callIsGivenAsSoonAsItIsComplete() {
    var parser = new ReplyParser(MISTRAL, false);
    assertEquals(List.of(), parser.accept("[TOOL_CALLS]f[ARGS]{\"a\": {}"));
    assertEquals(List.of(call("f", "{\"a\": {}}")), parser.accept("}"));
    assertEquals(List.of(), parser.finish());
  }

  @Test
  void answerInJsonStreamsThoughCallsAreBareJson() {
    var parser = new ReplyParser(LLAMA_3, false);
    assertEquals(List.of(), parser.accept("{\""));
    assertEquals(List.of(new Answer("{\"an")), parser.accept("an"));
  }

  @Test
  void beginInReasoningThatFormatLacksIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ReplyParser(PLAIN, true));
  }

  /** Long texts at a time; quadratic time would take far longer. {@code -Dgatun.test.characters=1000000} is the long form. */
  @ParameterizedTest
  @EnumSource(ReplyFormat.class)
  void timeIsLinear(ReplyFormat format) {
    var hostile = new ArrayList<>(List.of("x", "<", " ", "\n", "{", "[", "\"", "{\"name\":", "```"));
    hostile.addAll(format.markers());
    for (String marker : format.markers()) {
      hostile.addAll(List.of(marker + "[\"", marker + "{\"name\": \"f\", \"arguments\": {}}", marker + "<function=f>"));
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (String unit : hostile) {
            String reply = unit.repeat(Integer.getInteger("gatun.test.characters", 100_000) / unit.length());
            List<ReplyPiece> pieces = Replies.parse(format, false, Arrays.asList(reply.split("(?<=\\G.{50})")));
            assertEquals(pieces, Replies.parse(format, reply), () -> format + " " + unit);
          }
        });
  }
}
