package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import io.gatun.text.EncodeOption;
import io.gatun.text.reply.ToolCall;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The parts of what a model generates as its turn. The model says what the test wants it to say. */
@Timeout(120)
class ReplyTest {
  private static final String THINKS =
      "{% for m in messages %}[{{ m.role }}]{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}"
          + "{{ m.content }}</s>{% endfor %}[assistant]{% if open is defined %}<think>{% endif %}{# <tool_call> #}";
  private static final String CALLS = "{{ messages[0].content }}[TOOL_CALLS]";

  @TempDir Path folder;

  private final Map<Piece.Kind, String> heard = new EnumMap<>(Piece.Kind.class);

  private Completion said(Engine engine, Session session, Prompt prompt, String text) {
    var tokenizer = engine.model().tokenizer();
    int[] ids = tokenizer.encode(text + "</s>", Set.of(EncodeOption.PARSE_SPECIAL));
    return session.generate(
        prompt, ChatModels.forced(ids), piece -> heard.merge(piece.kind(), piece.text(), String::concat));
  }

  private Engine engine(Model model) {
    return Engine.over(model, Stories.options(ActivationPrecision.Q8, 2));
  }

  @Test
  void reasoningAnswerAndCalls() {
    try (Model model = Model.open(ChatModels.write(folder, THINKS, List.of()));
        Engine engine = engine(model);
        Session session = engine.session()) {
      var prompt = Chat.of(Message.user("Hi"));
      String call = "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>";
      Completion completion = said(engine, session, prompt, "<think>hm</think>Hello" + call);
      assertEquals(Map.of(Piece.Kind.REASONING, completion.reasoning(), Piece.Kind.ANSWER, completion.text()), heard);
      assertEquals("hm", completion.reasoning().strip());
      assertEquals("Hello", completion.text());
      assertEquals(List.of(new ToolCall("", "f", "{\"a\":1}")), completion.toolCalls());
      assertEquals(FinishReason.STOP, completion.finishReason());

      Completion raw = said(engine, session, Prompt.text("Hi"), "<think>hm</think>");
      assertTrue(raw.text().contains("<think>hm</think>"), raw.text());
      assertEquals("", raw.reasoning());
    }
  }

  @Test
  void reasoningThatTheTemplateKeepsIsNotComputedAgain() {
    try (Model model = Model.open(ChatModels.write(folder, THINKS, List.of()));
        Engine engine = engine(model);
        Session session = engine.session()) {
      var hi = Message.user("Hi");
      Completion first = said(engine, session, Chat.of(hi).with("open", true), "hm</think>Hello");
      assertEquals("hm", first.reasoning().strip());
      assertEquals("Hello", first.text());
      var next = Chat.of(hi, first.message(), Message.user("Then")).with("open", true);
      Completion second = said(engine, session, next, "x");
      // the template marks the reasoning now, and the model's space before it is gone
      assertTrue(second.stats().cachedTokens() >= first.stats().promptTokens() - 1, second.stats().toString());
      assertEquals("x", second.reasoning().strip());
    }
  }

  @Test
  void controlTokensMarkCallsAndAreNotShownOtherwise() {
    try (Model model = Model.open(ChatModels.write(folder, CALLS, List.of("[TOOL_CALLS]", "<|other|>")));
        Engine engine = engine(model);
        Session session = engine.session()) {
      Completion completion =
          said(engine, session, Chat.of(Message.user("Hi")), "a<|other|>b<s>[TOOL_CALLS][{\"name\":\"f\",\"arguments\":{}}]");
      assertEquals(List.of(new ToolCall("", "f", "{}")), completion.toolCalls());
      assertEquals("a b", completion.text().strip().replaceAll(" +", " "));
    }
  }
}
