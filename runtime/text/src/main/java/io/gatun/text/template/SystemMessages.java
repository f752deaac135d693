package io.gatun.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts system messages into user messages for templates that do not render them, as llama.cpp does (its Jinja engine of
 * 2025 and 2026).
 *
 * @param template that is asked what it renders
 */
record SystemMessages(Template template) {
  private static final String NEEDLE = "<System Needle>";

  /** The conversation without messages that the template drops or refuses; the same if it renders them. */
  ChatInput merged(ChatInput input) {
    if (!(input.variables().get(ChatInput.MESSAGES) instanceof List<?> messages) || !hasSystem(messages)) {
      return input;
    }
    return rendersSystem(input) ? input : input.with(ChatInput.MESSAGES, merged(messages));
  }

  private static boolean hasSystem(List<?> messages) {
    return messages.stream().anyMatch(SystemMessages::isSystem);
  }

  private static boolean isSystem(Object message) {
    return "system".equals(role(message)) && content(message) instanceof String;
  }

  private static Object role(Object message) {
    return message instanceof Map<?, ?> map && map.get("role") instanceof String role ? role : "";
  }

  private static Object content(Object message) {
    Object content = message instanceof Map<?, ?> map ? map.get("content") : null;
    return content == null ? List.of() : content;
  }

  private boolean rendersSystem(ChatInput input) {
    List<Map<String, String>> probe = List.of(message("system", NEEDLE), message("user", "Hey"));
    ChatInput probed =
        new ChatInput(
            Map.of(ChatInput.MESSAGES, probe, "add_generation_prompt", false), input.tokens(), input.clock());
    try {
      return ChatTemplate.text(template.render(probed.tokens(), probed.variables(), probed.clock())).contains(NEEDLE);
    } catch (TemplateException e) {
      return false; // refused
    }
  }

  private static Map<String, String> message(String role, String content) {
    return Map.of("role", role, "content", content);
  }

  private static List<Object> merged(List<?> messages) {
    var all = new ArrayList<Object>();
    var pending = new StringBuilder();
    for (Object message : messages) {
      if (isSystem(message)) {
        pending.append(pending.isEmpty() ? "" : "\n").append(content(message));
        continue;
      }
      boolean user = "user".equals(role(message)) && content(message) instanceof String;
      if (!pending.isEmpty()) {
        all.add(user ? prefixed((Map<?, ?>) message, pending.toString()) : message("user", pending.toString()));
        pending.setLength(0);
        if (user) {
          continue;
        }
      }
      all.add(message);
    }
    if (!pending.isEmpty()) {
      all.add(message("user", pending.toString()));
    }
    return all;
  }

  private static Map<Object, Object> prefixed(Map<?, ?> message, String system) {
    var both = new LinkedHashMap<Object, Object>(message);
    String content = String.valueOf(message.get("content"));
    both.put("content", content.isEmpty() ? system : system + "\n" + content);
    return both;
  }
}
