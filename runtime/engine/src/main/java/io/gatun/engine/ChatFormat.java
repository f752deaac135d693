package io.gatun.engine;

import io.gatun.tensors.Metadata;
import io.gatun.text.TokenType;
import io.gatun.text.Vocabulary;
import io.gatun.text.reply.ReplyFormat;
import io.gatun.text.template.ChatInput;
import io.gatun.text.template.ChatTemplate;
import io.gatun.text.template.LlamaLayer;
import io.gatun.text.template.TemplateException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a model wants conversations written: its chat templates, or that of its family. Templates are parsed when they are
 * first needed, so that a broken one harms nobody who does not chat. Thread-safe.
 */
final class ChatFormat {
  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final String TOOL_TEMPLATE = TEMPLATE + ".tool_use";

  private final String origin;
  private final Optional<ChatFamily> family;
  private final Optional<String> template;
  private final Optional<String> toolTemplate;
  private final Map<String, String> tokens;
  private final Vocabulary vocabulary;
  private final Map<String, Usable> usable = new ConcurrentHashMap<>();

  /**
   * A template that was needed.
   *
   * @param replies how the model writes its turns
   * @param markers control tokens that may tell parts of a turn apart: those that the template names
   */
  private record Usable(ChatTemplate template, ReplyFormat replies, Set<Integer> markers) {}

  ChatFormat(Metadata metadata, Vocabulary vocabulary, String name) {
    origin = metadata.origin();
    this.vocabulary = vocabulary;
    tokens = ChatTemplate.tokens(vocabulary);
    Optional<String> own = metadata.optionalString(TEMPLATE).filter(text -> !text.isBlank());
    toolTemplate = metadata.optionalString(TOOL_TEMPLATE);
    family =
        own.isPresent()
            ? Optional.empty()
            : ChatFamily.of(vocabulary, metadata.optionalString("general.architecture").orElse(""), name);
    template = own.or(() -> family.map(ChatFamily::template));
  }

  ChatStyle style() {
    return template.isEmpty()
        ? ChatStyle.PLAIN_CONTINUATION
        : family.isPresent() ? ChatStyle.FAMILY_TEMPLATE : ChatStyle.TEMPLATE;
  }

  Optional<ChatFamily> family() {
    return family;
  }

  /** What a conversation is rendered with. */
  private Usable template(Prompt.Chat chat) {
    String text = (chat.tools().isEmpty() ? template : toolTemplate.or(() -> template)).orElseThrow();
    return usable.computeIfAbsent(text, this::parsed);
  }

  private Usable parsed(String text) {
    var replies = ReplyFormat.of(text);
    return new Usable(ChatTemplate.parse(text), replies, replies.usesControlTokens() ? controlTokensIn(text) : Set.of());
  }

  private Set<Integer> controlTokensIn(String text) {
    return IntStream.range(0, vocabulary.size())
        .filter(id -> vocabulary.type(id) == TokenType.CONTROL && text.contains(vocabulary.text(id)))
        .boxed()
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The prompt that the template makes of a conversation.
   *
   * @throws TemplateException if the template is malformed or refuses the conversation
   */
  Rendering render(Prompt.Chat chat) {
    var variables = new LinkedHashMap<String, @Nullable Object>(chat.variables());
    variables.put("messages", chat.messages().stream().map(ChatFormat::fields).toList());
    variables.put("add_generation_prompt", chat.addGenerationPrompt());
    if (!chat.tools().isEmpty()) {
      variables.put("tools", chat.tools());
    }
    try {
      var input = new ChatInput(variables, tokens, LocalDateTime::now);
      return Rendering.of(template(chat).template().render(input, EnumSet.allOf(LlamaLayer.class)));
    } catch (TemplateException e) {
      throw e.in(origin + ": chat template");
    }
  }

  /** A message as templates know it, in the form of OpenAI's interface. */
  private static Map<String, Object> fields(Message message) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("role", message.role().id());
    fields.put("content", message.text());
    if (!message.reasoning().isEmpty()) {
      fields.put("reasoning_content", message.reasoning());
    }
    if (!message.toolCalls().isEmpty()) {
      var calls = new ArrayList<Map<String, Object>>();
      for (var call : message.toolCalls()) {
        var function = Map.of("name", call.name(), "arguments", JsonReader.value(call.arguments()));
        calls.add(Map.of("id", call.id(), "type", "function", "function", function));
      }
      fields.put("tool_calls", calls);
    }
    message.answered().ifPresent(call -> {
      fields.put("tool_call_id", call.id());
      fields.put("name", call.name());
    });
    return fields;
  }

  /** Tells the parts of what is generated after a rendered conversation apart. */
  ReplyReader reader(Prompt.Chat chat, Rendering rendering) {
    Usable used = template(chat);
    return ReplyReader.of(used.replies(), rendering.templateTail(), used.markers());
  }
}
