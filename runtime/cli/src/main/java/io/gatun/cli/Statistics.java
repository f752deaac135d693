package io.gatun.cli;

import io.gatun.cli.chat.Answer;
import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.MessageJson;
import io.gatun.engine.Completion;
import io.gatun.engine.GenerationStats;
import io.gatun.engine.TokenLogprobs;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a generation cost, for people and as JSON. */
final class Statistics {
  private Statistics() {}

  /** Several lines, without a newline at the end. */
  static String text(LoadedModel loaded, Completion completion) {
    GenerationStats stats = completion.stats();
    return String.format(
        Locale.ROOT,
        """
        load:                %.1f ms
        prompt:              %d tokens in %.1f ms, %.1f tokens/s%s
        generation:          %d tokens in %.1f ms, %.1f tokens/s
        time to first token: %.1f ms%s
        finish reason:       %s
        seed:                %d
        computed with:       %s""",
        millis(loaded.loading()),
        stats.promptTokens(),
        millis(stats.prefill()),
        stats.promptPerSecond(),
        stats.cachedTokens() == 0 ? "" : " (" + stats.cachedTokens() + " cached)",
        stats.completionTokens(),
        millis(stats.decode()),
        stats.decodePerSecond(),
        millis(stats.timeToFirstToken()),
        Answer.guesses(stats.draftTokens(), stats.acceptedTokens()),
        completion.finishReason().id(),
        completion.seed(),
        loaded.engine().describe());
  }

  /** Text, ids, why it ended, usage and timings. */
  static JsonNode json(LoadedModel loaded, Completion completion) {
    GenerationStats stats = completion.stats();
    ObjectNode json = Json.object().put("text", completion.text());
    MessageJson.putText(json, "reasoning", completion.reasoning());
    MessageJson.putToolCalls(json, completion.toolCalls());
    ArrayNode ids = json.putArray("ids");
    completion.ids().forEach(ids::add);
    json.put("finish_reason", completion.finishReason().id());
    if (!completion.logprobs().isEmpty()) {
      logprobs(json.putArray("logprobs"), completion.logprobs());
    }
    json.putObject("usage")
        .put("prompt_tokens", stats.promptTokens())
        .put("completion_tokens", stats.completionTokens())
        .put("total_tokens", stats.promptTokens() + stats.completionTokens());
    json.putObject("timings")
        .put("load_ms", millis(loaded.loading()))
        .put("prompt_ms", millis(stats.prefill()))
        .put("prompt_per_second", stats.promptPerSecond())
        .put("generation_ms", millis(stats.decode()))
        .put("generation_per_second", stats.decodePerSecond())
        .put("time_to_first_token_ms", millis(stats.timeToFirstToken()))
        .put("draft_tokens", stats.draftTokens())
        .put("accepted_tokens", stats.acceptedTokens());
    return json.put("seed", completion.seed()).put("computed_with", loaded.engine().describe());
  }

  private static void logprobs(ArrayNode array, List<TokenLogprobs> records) {
    for (TokenLogprobs token : records) {
      ObjectNode object = array.addObject().put("id", token.id()).put("logprob", token.logprob());
      ArrayNode top = object.putArray("top");
      token.top().forEach(likely -> top.addObject().put("id", likely.id()).put("logprob", likely.logprob()));
    }
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
