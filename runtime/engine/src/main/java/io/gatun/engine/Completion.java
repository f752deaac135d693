package io.gatun.engine;

import java.util.List;

/**
 * The result of a generation.
 *
 * @param text without control tokens and without the stop string that ended it
 * @param ids the generated tokens, an end-of-generation token included
 * @param finishReason why it ended
 * @param seed of the sampler, to repeat it
 * @param stats what it cost
 * @param logprobs of each of the ids, if {@link Sampling#logprobs} asked for them, empty otherwise
 */
public record Completion(
    String text,
    List<Integer> ids,
    FinishReason finishReason,
    long seed,
    GenerationStats stats,
    List<TokenLogprobs> logprobs) {
  public Completion {
    ids = List.copyOf(ids);
    logprobs = List.copyOf(logprobs);
  }
}
