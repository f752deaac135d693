package io.gatun.cli.chat;

import io.gatun.engine.Message;
import io.gatun.engine.Prompt;
import io.gatun.engine.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has been said: a system message, if there is one, and turns. Confined to one thread. */
final class Conversation {
  private Optional<String> system = Optional.empty();
  private final List<Message> messages = new ArrayList<>();
  private long regenerations;

  /**
   * All of it at one moment.
   *
   * @param system the system message
   * @param messages oldest first
   * @param regenerations see {@link Conversation#regenerations}
   */
  record Content(Optional<String> system, List<Message> messages, long regenerations) {
    Content {
      messages = List.copyOf(messages);
    }
  }

  Content content() {
    return new Content(system, messages, regenerations);
  }

  /** Puts another one in place of this. */
  void content(Content content) {
    system = content.system();
    messages.clear();
    messages.addAll(content.messages());
    regenerations = content.regenerations();
  }

  /** Another one that begins with all of this. */
  Conversation copy() {
    var copy = new Conversation();
    copy.content(content());
    return copy;
  }

  Optional<String> system() {
    return system;
  }

  /** Sets the system message; the empty text takes it away. */
  void system(String text) {
    system = text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** Oldest first, without the system message. */
  List<Message> messages() {
    return List.copyOf(messages);
  }

  void add(Message message) {
    messages.add(message);
    if (message.role() == Role.USER) {
      regenerations = 0;
    }
  }

  /** How many answers to the last user message were withdrawn. */
  long regenerations() {
    return regenerations;
  }

  void clear() {
    messages.clear();
  }

  /** User messages. */
  long turns() {
    return messages.stream().filter(message -> message.role() == Role.USER).count();
  }

  /** The last user message. */
  Optional<String> lastSaid() {
    return messages.reversed().stream().filter(message -> message.role() == Role.USER).map(Message::text).findFirst();
  }

  /** Takes back the last user message and all that followed; false if there is none. */
  boolean undo() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role() == Role.USER) {
        messages.subList(i, messages.size()).clear();
        return true;
      }
    }
    return false;
  }

  /** Takes back what followed the last user message; false if there is none. */
  boolean withdrawAnswer() {
    while (!messages.isEmpty() && messages.getLast().role() != Role.USER) {
      messages.removeLast();
    }
    if (messages.isEmpty()) {
      return false;
    }
    regenerations++;
    return true;
  }

  /** Forgets the oldest user message and its answer, never the newest one; false if there is only that. */
  boolean dropOldestTurn() {
    for (int i = 1; i < messages.size(); i++) {
      if (messages.get(i).role() == Role.USER) {
        messages.subList(0, i).clear();
        return true;
      }
    }
    return false;
  }

  /** All of it, to be answered. */
  Prompt.Chat prompt() {
    var all = new ArrayList<Message>();
    system.map(Message::system).ifPresent(all::add);
    all.addAll(messages);
    return new Prompt.Chat(all);
  }
}
