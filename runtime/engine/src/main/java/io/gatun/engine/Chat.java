package io.gatun.engine;

import java.util.List;

/** Short forms for conversations: {@code Chat.of(user("Name three rivers."))}. */
public final class Chat {
  private Chat() {}

  public static Prompt.Chat of(Message... messages) {
    return new Prompt.Chat(List.of(messages));
  }

  public static Prompt.Chat of(List<Message> messages) {
    return new Prompt.Chat(messages);
  }
}
