package io.gatun.text.template;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a chat template renders. Values are what JSON can say: null, booleans, numbers, strings, lists and maps of
 * these. What people and models said is in {@code variables}; only {@code tokens} are trusted to spell control tokens.
 *
 * <p>Immutable as far as the values given are; they are not copied, and must not change while they are rendered.
 *
 * @param variables {@code messages}, {@code tools}, {@code documents}, {@code add_generation_prompt},
 *     {@code enable_thinking} and whatever else a template knows; one that is not here is undefined in the template
 * @param tokens {@code bos_token}, {@code eos_token} and the like
 * @param clock the time that {@code strftime_now} gives
 */
public record ChatInput(Map<String, ?> variables, Map<String, String> tokens, Supplier<LocalDateTime> clock) {
  static final String MESSAGES = "messages";

  /**
   * A conversation, with the generation prompt and today's date.
   *
   * @param messages oldest first; each with {@code role} and {@code content} (a text, or a list of parts), and what
   *     else templates know: {@code tool_calls}, {@code tool_call_id}, {@code name}, {@code reasoning_content}
   */
  public static ChatInput of(List<? extends Map<String, ?>> messages) {
    return new ChatInput(Map.of(MESSAGES, messages, "add_generation_prompt", true), Map.of(), LocalDateTime::now);
  }

  /** The same with one more variable, or another value of it. */
  public ChatInput with(String variable, Object value) {
    var all = new LinkedHashMap<String, Object>(variables);
    all.put(variable, value);
    return new ChatInput(all, tokens, clock);
  }

  /** The same with {@code tools}: the JSON of each function, as OpenAI's interface has it. */
  public ChatInput withTools(List<? extends Map<String, ?>> tools) {
    return with("tools", tools);
  }

  /** The same with the text of a token, such as {@code bos_token}. */
  public ChatInput withToken(String name, String text) {
    var all = new LinkedHashMap<>(tokens);
    all.put(name, text);
    return new ChatInput(variables, all, clock);
  }

  /** The same at a time. */
  public ChatInput at(LocalDateTime time) {
    return new ChatInput(variables, tokens, () -> time);
  }
}
