package io.gatun.engine;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param text what is said; never parsed for special tokens
 */
public record Message(Role role, String text) {

  public static Message system(String text) {
    return new Message(Role.SYSTEM, text);
  }

  public static Message user(String text) {
    return new Message(Role.USER, text);
  }

  public static Message assistant(String text) {
    return new Message(Role.ASSISTANT, text);
  }
}
