package io.gatun.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a generation continues. */
public sealed interface Prompt {

  /** Raw text to continue. BOS is added as the model's metadata says; special tokens in it are not parsed. */
  static Prompt text(String text) {
    return new Text(text);
  }

  /** Token ids as they are; nothing is added. */
  static Prompt ids(int... ids) {
    return new Ids(ids.clone());
  }

  /**
   * Raw text.
   *
   * @param text to continue
   */
  record Text(String text) implements Prompt {}

  /**
   * Token ids.
   *
   * @param ids at least one; not copied, must not change
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Ids(int[] ids) implements Prompt {}

  /**
   * A conversation to answer, under the model's chat template. Where there is no usable template the messages are
   * joined as plain text, see {@link Engine#chatStyle()}. Begin with {@link io.gatun.engine.Chat}.
   *
   * @param messages oldest first
   * @param tools functions that the model may ask for, each as the JSON of OpenAI's interface: strings, numbers,
   *     booleans, null, lists and maps of these
   * @param variables that the template knows, such as {@code enable_thinking} or {@code reasoning_effort}; values as in
   *     {@code tools}
   * @param addGenerationPrompt whether the prompt ends with the beginning of the assistant's turn
   */
  record Chat(
      List<Message> messages,
      List<Map<String, @Nullable Object>> tools,
      Map<String, @Nullable Object> variables,
      boolean addGenerationPrompt)
      implements Prompt {
    public Chat {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
      variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** A conversation for the assistant to go on with. */
    public Chat(List<Message> messages) {
      this(messages, List.of(), Map.of(), true);
    }

    /** The same with these functions at hand. */
    public Chat tools(List<Map<String, @Nullable Object>> functions) {
      return new Chat(messages, functions, variables, addGenerationPrompt);
    }

    /** The same with one more variable, or another value of it. */
    public Chat with(String variable, @Nullable Object value) {
      var one = new LinkedHashMap<String, @Nullable Object>();
      one.put(variable, value);
      return with(one);
    }

    /** The same with more variables, or other values of them. */
    public Chat with(Map<String, @Nullable Object> more) {
      var all = new LinkedHashMap<>(variables);
      all.putAll(more);
      return new Chat(messages, tools, all, addGenerationPrompt);
    }

    /** The same with or without the beginning of the assistant's turn at the end. */
    public Chat addGenerationPrompt(boolean wanted) {
      return new Chat(messages, tools, variables, wanted);
    }
  }
}
