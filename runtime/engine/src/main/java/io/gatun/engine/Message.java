package io.gatun.engine;

import io.gatun.text.reply.ToolCall;
import java.util.List;
import java.util.Optional;

/**
 * One turn of a conversation. Nothing in it is ever parsed for special tokens.
 *
 * @param role who speaks
 * @param text what is said
 * @param reasoning what the assistant thought before; empty if nothing
 * @param toolCalls functions that the assistant asks for
 * @param answered the call that {@code text} is the result of, for {@link Role#TOOL}
 */
public record Message(
    Role role, String text, String reasoning, List<ToolCall> toolCalls, Optional<ToolCall> answered) {
  public Message {
    toolCalls = List.copyOf(toolCalls);
  }

  /** Plain words. */
  public Message(Role role, String text) {
    this(role, text, "", List.of(), Optional.empty());
  }

  public static Message system(String text) {
    return new Message(Role.SYSTEM, text);
  }

  public static Message user(String text) {
    return new Message(Role.USER, text);
  }

  public static Message assistant(String text) {
    return new Message(Role.ASSISTANT, text);
  }

  /** What a function that the assistant asked for gave. */
  public static Message tool(ToolCall call, String result) {
    return new Message(Role.TOOL, result, "", List.of(), Optional.of(call));
  }

  /** The same after this was thought. */
  public Message reasoning(String thought) {
    return new Message(role, text, thought, toolCalls, answered);
  }

  /** The same, asking for functions. */
  public Message toolCalls(List<ToolCall> calls) {
    return new Message(role, text, reasoning, calls, answered);
  }
}
