package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * Understands the lines of a batch: Gatun's own and OpenAI's. Fields it does not know are passed over. Stateless.
 *
 * @param defaults sampling where a line says nothing; given the texts that end a generation, or none for the default ones
 * @param variables of the chat template, where a line says nothing else
 * @param seed of the run
 * @param model its name, for answers to requests that give none
 */
record RequestParser(
    Function<Optional<List<String>>, Sampling> defaults,
    Map<String, @Nullable Object> variables,
    long seed,
    String model) {
  private static final String CHAT_COMPLETIONS = "/v1/chat/completions";

  Request parse(InputLine line) {
    return switch (line) {
      case InputLine.Text text -> parse(text);
      case InputLine.Unreadable unreadable -> new Request.Bad(unnamed(line), unreadable.problem());
    };
  }

  private Request parse(InputLine.Text line) {
    if (line.text().isBlank()) {
      return new Request.Bad(unnamed(line), "the line is blank: expected a JSON object");
    }
    JsonNode json;
    try {
      json = Json.parse(line.text(), "the line");
      if (!json.isObject()) {
        throw Fields.wrong("the line", json, "a JSON object");
      }
    } catch (UsageException e) {
      return new Request.Bad(unnamed(line), message(e));
    }
    return parse(line.number(), new Fields(json, ""));
  }

  private Request parse(long number, Fields line) {
    boolean openAi = line.has("custom_id") || line.has("body");
    String key = openAi ? "custom_id" : "id";
    Optional<JsonNode> id = line.field(key);
    Reply reply = reply(number, openAi, NullNode.getInstance(), Optional.empty());
    try {
      if (openAi) {
        id = Optional.of(id.orElseThrow(() -> new UsageException("custom_id is missing: expected a string")));
      }
      id.ifPresent(given -> requireName(given, key, openAi));
      reply = reply(number, openAi, id.orElse(NullNode.getInstance()), Optional.empty());
      if (!openAi) {
        return new Request.Generate(reply, prompt(line), sampling(number, line));
      }
      Fields body = body(line);
      reply = reply(number, true, id.orElseThrow(), body.text("model"));
      return new Request.Generate(reply, chat(body), sampling(number, body));
    } catch (UsageException | IllegalArgumentException e) {
      return new Request.Bad(reply, message(e));
    }
  }

  /** A string, or for Gatun's own lines a number: what can be said again as it is. */
  private static void requireName(JsonNode id, String key, boolean openAi) {
    boolean number = id.isNumber() && Double.isFinite(id.doubleValue());
    if (openAi || id.isString()) {
      Fields.text(id, key);
    } else if (!number) {
      throw Fields.wrong(key, id, "a string or a number");
    }
  }

  private static Reply unnamed(InputLine line) {
    return new Reply.Plain(line.number(), NullNode.getInstance());
  }

  private Reply reply(long number, boolean openAi, JsonNode id, Optional<String> name) {
    return openAi ? new Reply.OpenAi(number, id, name.orElse(model)) : new Reply.Plain(number, id);
  }

  private static Fields body(Fields line) {
    String url = line.text("url").orElse(CHAT_COMPLETIONS);
    if (!url.equals(CHAT_COMPLETIONS)) {
      throw new UsageException("url is \"%s\": expected \"%s\"".formatted(url, CHAT_COMPLETIONS));
    }
    JsonNode body = line.field("body").orElseThrow(() -> new UsageException("body is missing: expected an object"));
    if (!body.isObject()) {
      throw Fields.wrong("body", body, "an object");
    }
    return new Fields(body, "body.");
  }

  private Prompt prompt(Fields line) {
    Optional<String> prompt = line.text("prompt");
    if (prompt.isPresent() == line.has("messages")) {
      throw new UsageException(
          prompt.isPresent()
              ? "the line has both \"prompt\" and \"messages\": expected one of them"
              : "the line has neither \"prompt\" nor \"messages\": expected one of them");
    }
    return prompt.map(Prompt::text).orElseGet(() -> chat(line));
  }

  private Prompt chat(Fields request) {
    String name = request.path() + "messages";
    JsonNode array = request.field("messages").orElseThrow(() -> new UsageException(name + " is missing: expected an array"));
    var chat =
        new Prompt.Chat(MessageReader.messages(array, name))
            .tools(request.objects("tools").stream().map(Fields::plain).toList())
            .with(variables);
    chat = request.object("chat_template_kwargs").map(Fields::plain).map(chat::with).orElse(chat);
    Optional<String> effort = request.text("reasoning_effort");
    return effort.isPresent() ? chat.with("reasoning_effort", effort.get()) : chat;
  }

  private Sampling sampling(long number, Fields request) {
    if (request.integer("n").orElse(1) != 1) {
      throw new UsageException(request.path() + "n: expected 1, ask for more answers in more lines");
    }
    Sampling sampling = defaults.apply(request.texts("stop"));
    sampling = sampling.seed(request.integer("seed").orElse(LineSeed.of(seed, number)));
    sampling = request.count("max_tokens").or(() -> request.count("max_completion_tokens")).map(sampling::maxTokens).orElse(sampling);
    sampling = request.count("top_k").map(sampling::topK).orElse(sampling);
    sampling = sampling.temperature(request.number("temperature").orElse(sampling.temperature()));
    sampling = sampling.topP(request.number("top_p").orElse(sampling.topP()));
    return sampling.minP(request.number("min_p").orElse(sampling.minP()));
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }
}
