package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.MessageJson;
import io.gatun.engine.Completion;
import io.gatun.engine.FinishReason;
import io.gatun.engine.GenerationStats;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of a line's answer. What an answer says follows from the line, the model and the options alone: no time, no
 * random id, so that a repeated or resumed run writes the same bytes.
 */
sealed interface Reply {

  /** Counted from 1. */
  long line();

  /** The answer, on one line. */
  String answer(Completion completion);

  /** What is said of a line that cannot be answered, on one line. */
  String problem(String message);

  /** Whether {@code written} is what this form, at this place, gives. */
  boolean wrote(JsonNode written);

  /**
   * Gatun's own form.
   *
   * @param id as in the line; null there if there was none
   */
  record Plain(long line, JsonNode id) implements Reply {

    @Override
    public String answer(Completion completion) {
      ObjectNode json = begin(id, line);
      json.put("text", completion.text());
      MessageJson.putText(json, "reasoning", completion.reasoning());
      MessageJson.putToolCalls(json, completion.toolCalls());
      json.put("finish_reason", completion.finishReason().id());
      json.set("usage", usage(completion.stats()));
      return Json.text(json);
    }

    @Override
    public String problem(String message) {
      ObjectNode json = begin(id, line).put("finish_reason", "error");
      json.putObject("error").put("message", message);
      return Json.text(json);
    }

    @Override
    public boolean wrote(JsonNode written) {
      return written.path("line").asLong(0) == line && written.path("id").equals(id);
    }

    private static ObjectNode begin(JsonNode id, long line) {
      ObjectNode json = Json.object();
      json.set("id", id);
      return json.put("line", line);
    }

    private static ObjectNode usage(GenerationStats stats) {
      return Json.object().put("prompt_tokens", stats.promptTokens()).put("completion_tokens", stats.completionTokens());
    }
  }

  /**
   * A line of OpenAI's batch output. The time {@code created} is 0.
   *
   * @param customId as in the line
   * @param model the name that the request gives, or the model's own
   */
  record OpenAi(long line, JsonNode customId, String model) implements Reply {
    private static final int DONE = 200;
    private static final int BAD_REQUEST = 400;

    @Override
    public String answer(Completion completion) {
      ObjectNode json = Json.object().put("id", "batch_req_" + line);
      json.set("custom_id", customId);
      json.set("response", response(DONE, chatCompletion(completion)));
      return Json.text(json.putNull("error"));
    }

    /** Both as Gatun reports bad lines and as OpenAI does. */
    @Override
    public String problem(String message) {
      ObjectNode json = Json.object();
      json.set("id", customId);
      json.set("custom_id", customId);
      json.put("line", line).put("finish_reason", "error");
      ObjectNode body = Json.object();
      body.putObject("error").put("message", message).put("type", "invalid_request_error").putNull("param").putNull("code");
      json.set("response", response(BAD_REQUEST, body));
      json.putObject("error").put("code", "invalid_request").put("message", message);
      return Json.text(json);
    }

    @Override
    public boolean wrote(JsonNode written) {
      return written.path("custom_id").equals(customId)
          && (written.path("id").asString("").equals("batch_req_" + line) || written.path("line").asLong(0) == line);
    }

    private ObjectNode response(int status, ObjectNode body) {
      ObjectNode response = Json.object().put("status_code", status).put("request_id", "req_" + line);
      response.set("body", body);
      return response;
    }

    private ObjectNode chatCompletion(Completion completion) {
      ObjectNode body = Json.object().put("id", "chatcmpl-" + line).put("object", "chat.completion");
      body.put("created", 0).put("model", model);
      ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
      ObjectNode message = choice.putObject("message").put("role", "assistant").put("content", completion.text());
      MessageJson.putText(message, "reasoning_content", completion.reasoning());
      MessageJson.putToolCalls(message, completion.toolCalls());
      boolean calls = completion.finishReason() == FinishReason.STOP && !completion.toolCalls().isEmpty();
      choice.putNull("logprobs").put("finish_reason", calls ? "tool_calls" : completion.finishReason().id());
      GenerationStats stats = completion.stats();
      body.putObject("usage")
          .put("prompt_tokens", stats.promptTokens())
          .put("completion_tokens", stats.completionTokens())
          .put("total_tokens", stats.promptTokens() + stats.completionTokens());
      return body;
    }
  }
}
