package io.gatun.engine;

import io.gatun.text.reply.ToolCall;
import java.util.List;

/**
 * The result of a generation.
 *
 * @param text the answer, without control tokens and without the stop string that ended it
 * @param reasoning what the model thought before it answered; only of a {@link Prompt.Chat}, empty otherwise
 * @param toolCalls functions that the model asks for; only of a {@link Prompt.Chat}, empty otherwise
 * @param ids the generated tokens, an end-of-generation token included
 * @param finishReason why it ended
 * @param seed of the sampler, to repeat it
 * @param stats what it cost
 * @param logprobs of each of the ids, if {@link Sampling#logprobs} asked for them, empty otherwise
 */
public record Completion(
    String text,
    String reasoning,
    List<ToolCall> toolCalls,
    List<Integer> ids,
    FinishReason finishReason,
    long seed,
    GenerationStats stats,
    List<TokenLogprobs> logprobs) {
  public Completion {
    toolCalls = List.copyOf(toolCalls);
    ids = List.copyOf(ids);
    logprobs = List.copyOf(logprobs);
  }

  /** It as a turn of the conversation that it answers. */
  public Message message() {
    return Message.assistant(text).reasoning(reasoning).toolCalls(toolCalls);
  }
}
