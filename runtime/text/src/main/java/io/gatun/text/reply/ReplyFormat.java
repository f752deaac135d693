package io.gatun.text.reply;

import static io.gatun.text.reply.JsonCalls.Shape.BARE;
import static io.gatun.text.reply.JsonCalls.Shape.KEYED;
import static io.gatun.text.reply.JsonCalls.Shape.NAMED;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * How a family of models marks reasoning and calls of tools. Each is a row of data: what in a chat template tells the
 * family, whether its markers can be control tokens, and what the markers mean.
 *
 * <p>Sources: the families' chat templates, which write the calls of earlier turns as the models write theirs.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists and what is in them are immutable
public enum ReplyFormat {
  /** Nothing is marked: all is the answer. */
  PLAIN(signs(), false),
  /** OpenAI gpt-oss: messages on channels, {@code <|channel|>analysis<|message|>…<|end|>}. */
  HARMONY(signs("<|channel|>"), true),
  /** DeepSeek 3.2 and 4: {@code <｜DSML｜invoke name="…">} with tagged parameters. */
  DEEPSEEK_DSML(signs("｜DSML｜"), true, Rows.THINK, Rows.dsml("function_calls"), Rows.dsml("tool_calls")),
  /** DeepSeek R1, 3 and 3.1: {@code <｜tool▁call▁begin｜>name<｜tool▁sep｜>{…}}, in R1 with a fence around the JSON. */
  DEEPSEEK(
      signs("<｜tool▁calls▁begin｜>"),
      true,
      Rows.THINK,
      new Mark.Calls(
          "<｜tool▁calls▁begin｜>",
          "<｜tool▁calls▁end｜>",
          new JsonCalls(
              NAMED,
              "<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?<name>[^\\s<]{1,200})(?:<｜tool▁sep｜>|\\s{1,9}```json)"
                  + "\\s{0,9}(?=\\{)",
              "(?:```\\s{0,9})?<｜tool▁call▁end｜>"))),
  /** Kimi K2: {@code <|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>}. */
  KIMI(
      signs("<|tool_calls_section_begin|>"),
      true,
      Rows.THINK,
      new Mark.Calls(
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          new JsonCalls(
              NAMED,
              "<\\|tool_call_begin\\|>\\s{0,9}(?<id>(?:functions\\.)?(?<name>[^\\s<:]{1,200})(?::\\d{1,9})?)\\s{0,9}"
                  + "<\\|tool_call_argument_begin\\|>\\s{0,9}(?=\\{)",
              "<\\|tool_call_end\\|>"))),
  /** ByteDance Seed-OSS: as {@link #QWEN_CODER_XML}, with other markers. */
  SEED(
      signs("<seed:tool_call>"),
      true,
      new Mark.Reasoning("<seed:think>", "</seed:think>", false),
      new Mark.Calls("<seed:tool_call>", "</seed:tool_call>", Rows.FUNCTION_TAGS)),
  /** Qwen3-Coder, Qwen 3.5 and later, Nemotron 3: {@code <function=name><parameter=key>…}. */
  QWEN_CODER_XML(
      signs("<parameter="),
      false,
      Rows.THINK,
      new Mark.Calls("<tool_call>", "</tool_call>", Rows.FUNCTION_TAGS, JsonCalls.PLAIN)),
  /** Functionary 3.1: {@code <function=name>{…}</function>}. */
  FUNCTIONARY(
      signs("<function="),
      true,
      new Mark.Calls(
          "<function=", "</function>", new JsonCalls(NAMED, "(?<name>[^\\s<>]{1,200})>\\s{0,9}(?=\\{)", ""))),
  /** GLM 4.5 and later, Laguna: {@code <tool_call>name<arg_key>key</arg_key><arg_value>…}. */
  GLM(
      signs("<arg_key>"),
      true,
      Rows.THINK,
      new Mark.Calls(
          "<tool_call>",
          "</tool_call>",
          new TaggedCalls(
              "(?<name>[\\w.-]{1,200})\\s{0,9}(?=<|\\z)",
              "<arg_key>(?<key>[^<]+)</arg_key>\\s*<arg_value>",
              "</arg_value>\\s*(?=<arg_key>|\\z)",
              "</arg_value>",
              ""))),
  /**
   * Gemma 4: {@code <|tool_call>call:name{…}<tool_call|>} and {@code <|channel>thought}. Gemma 3 has no markers of its own;
   * by convention its calls stand in fences, as Python or as JSON.
   */
  GEMMA(
      signs("<|tool_call>", "<start_of_turn>"),
      true,
      new Mark.Reasoning("<|channel>thought", "<channel|>", true),
      new Mark.Calls("<|tool_call>", "<tool_call|>", LiteralCalls.GEMMA),
      new Mark.Calls("```tool_code\n", "```", LiteralCalls.PYTHON, JsonCalls.PLAIN),
      new Mark.Calls("```tool_call\n", "```", JsonCalls.PLAIN, LiteralCalls.PYTHON)),
  /** Cohere Command R7B and later: {@code <|START_ACTION|>[{"tool_name":…,"parameters":…}]<|END_ACTION|>}. */
  COHERE(
      signs("<|START_ACTION|>"),
      true,
      new Mark.Reasoning("<|START_THINKING|>", "<|END_THINKING|>", true),
      new Mark.Calls("<|START_ACTION|>", "<|END_ACTION|>", JsonCalls.PLAIN),
      new Mark.Layout("<|START_RESPONSE|>", true),
      new Mark.Layout("<|END_RESPONSE|>", true),
      new Mark.Layout("<|START_TEXT|>", true),
      new Mark.Layout("<|END_TEXT|>", true)),
  /** Apertus: <code>&lt;|tools_prefix|&gt;[{"name": {…}}]&lt;|tools_suffix|&gt;</code>. */
  APERTUS(
      signs("<|tools_prefix|>"),
      true,
      new Mark.Reasoning("<|inner_prefix|>", "<|inner_suffix|>", true),
      new Mark.Calls("<|tools_prefix|>", "<|tools_suffix|>", new JsonCalls(KEYED, "(?=\\[)", ""))),
  /** Apriel: reasoning up to {@code [BEGIN FINAL RESPONSE]}, {@code <tool_calls>[…]</tool_calls>}. */
  APRIEL(
      signs("[BEGIN FINAL RESPONSE]"),
      false,
      new Mark.Reasoning("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]", false),
      new Mark.Calls("<tool_calls>", "</tool_calls>", JsonCalls.PLAIN),
      new Mark.Layout("[END FINAL RESPONSE]", true)),
  /** Mistral: <code>[TOOL_CALLS][{…}]</code> and, since 2025, <code>[TOOL_CALLS]name[ARGS]{…}</code>. */
  MISTRAL(
      signs("[TOOL_CALLS]"),
      true,
      new Mark.Reasoning("[THINK]", "[/THINK]", true),
      new Mark.Calls(
          "[TOOL_CALLS]",
          "",
          JsonCalls.PLAIN,
          new JsonCalls(
              NAMED,
              "(?<name>[^\\s\\[{]{1,200})(?:\\[CALL_ID\\](?<id>\\w{1,99}))?\\[ARGS\\]\\s{0,9}(?=\\{)",
              ""))),
  /** GigaChat 3: JSON after {@code <|function_call|>} or in a message of its own. */
  GIGACHAT(
      signs("<|message_sep|>"),
      true,
      new Mark.Calls("<|function_call|>", "", JsonCalls.PLAIN),
      new Mark.Calls("<|message_sep|>\n\nfunction call<|role_sep|>\n", "", JsonCalls.PLAIN)),
  /** LFM2: {@code <|tool_call_start|>[name(key="…")]<|tool_call_end|>}. */
  LFM2(
      signs("List of tools: "),
      true,
      Rows.THINK,
      new Mark.Calls("<|tool_call_start|>", "<|tool_call_end|>", LiteralCalls.PYTHON, JsonCalls.PLAIN)),
  /** Firefunction: <code>functools[{…}]</code>. */
  FIREFUNCTION(
      signs("functools["),
      false,
      new Mark.Calls("functools", "", true, false, List.of(new JsonCalls(NAMED, "(?=\\[)", "")))),
  /** Llama 3.1 to 3.3: bare JSON with {@code parameters}, built-in tools as Python after {@code <|python_tag|>}. */
  LLAMA_3(
      signs("<|python_tag|>", "\"parameters\": dictionary of argument name"),
      true,
      new Mark.Calls("<|python_tag|>", "", JsonCalls.PLAIN, LiteralCalls.PYTHON),
      new Mark.Calls(
          "{",
          "",
          false,
          true,
          List.of(new JsonCalls(BARE, "(?=\\{\\s{0,99}\"(?:name|type|function)\")", ""))),
      new Mark.Layout(";", false)),
  /** Hermes, Qwen 2.5, Qwen3 and many more: {@code <think>…</think>}, {@code <tool_call>} around JSON. */
  THINK_HERMES(
      signs("<tool_call>", "<think>", "</think>"),
      false,
      Rows.THINK,
      new Mark.Calls("<tool_call>", "</tool_call>", JsonCalls.PLAIN));

  /** What several rows share. */
  private static final class Rows {
    static final Mark THINK = new Mark.Reasoning("<think>", "</think>", false);

    static final CallSyntax FUNCTION_TAGS =
        new TaggedCalls(
            "<function=(?<name>[^\\s<>]{1,200})>",
            "<parameter=(?<key>[^<>]+)>\n?",
            "\n?</parameter>\\s*(?=<parameter=|</function>)",
            "</parameter>",
            "</function>");

    static Mark dsml(String block) {
      return new Mark.Calls(
          "<｜DSML｜" + block + ">",
          "</｜DSML｜" + block + ">",
          new TaggedCalls(
              "<｜DSML｜invoke name=\"(?<name>[^\"]{1,200})\">",
              "<｜DSML｜parameter name=\"(?<key>[^\"]+)\"(?: string=\"(?<string>true|false)\")?>",
              "</｜DSML｜parameter>\\s*(?=<｜DSML｜parameter |</｜DSML｜invoke>)",
              "</｜DSML｜parameter>",
              "</｜DSML｜invoke>"));
    }
  }

  private final List<String> signs;
  private final boolean controlTokens;
  private final List<Mark> marks;

  ReplyFormat(List<String> signs, boolean controlTokens, Mark... marks) {
    this.signs = signs;
    this.controlTokens = controlTokens;
    this.marks = List.of(marks);
  }

  private static List<String> signs(String... signs) {
    return List.of(signs);
  }

  /** The format that a chat template's own text shows; {@link #PLAIN} if none is recognised. */
  public static ReplyFormat of(String chatTemplate) {
    for (ReplyFormat format : values()) {
      if (format.signs.stream().anyMatch(chatTemplate::contains)) {
        return format;
      }
    }
    return PLAIN;
  }

  /** Whether markers of the format can be control tokens, so that the text must be decoded with control tokens rendered. */
  public boolean usesControlTokens() {
    return controlTokens;
  }

  /** All strings that mean something in a reply. */
  List<String> markers() {
    if (this == HARMONY) {
      return HarmonyReply.MARKERS;
    }
    var markers = new LinkedHashSet<String>();
    for (Mark mark : marks) {
      markers.add(mark.open());
      markers.add(mark.close());
    }
    markers.remove("");
    return List.copyOf(markers);
  }

  /** Whether a prompt that ends so ends in reasoning that the model goes on with. */
  boolean opensReasoning(String promptTail) {
    String tail = promptTail.stripTrailing();
    return this == HARMONY
        ? tail.endsWith(HarmonyReply.OPENED_REASONING)
        : reasoning().filter(mark -> tail.endsWith(mark.open())).isPresent();
  }

  /**
   * A reader of one reply.
   *
   * @throws IllegalArgumentException if the reply is to begin in reasoning and the format has none
   */
  ReplyReader reader(boolean beginsInReasoning, Pieces out) {
    if (this == HARMONY) {
      return new HarmonyReply(beginsInReasoning, out);
    }
    Optional<Mark.Reasoning> opened = beginsInReasoning ? reasoning() : Optional.empty();
    if (beginsInReasoning && opened.isEmpty()) {
      throw new IllegalArgumentException("replies in format " + this + " have no reasoning to begin in");
    }
    return new MarkedReply(marks, opened.orElse(null), out);
  }

  private Optional<Mark.Reasoning> reasoning() {
    return marks.stream().filter(Mark.Reasoning.class::isInstance).map(Mark.Reasoning.class::cast).findFirst();
  }
}
