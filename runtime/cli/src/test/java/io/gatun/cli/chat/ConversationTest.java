package io.gatun.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.Message;
import io.gatun.engine.Prompt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConversationTest {
  private final Conversation conversation = new Conversation();

  @BeforeEach
  void talk() {
    for (String turn : List.of("1", "2", "3")) {
      conversation.add(Message.user("u" + turn));
      conversation.add(Message.assistant("a" + turn));
    }
  }

  private List<String> texts() {
    return conversation.messages().stream().map(Message::text).toList();
  }

  @Test
  void undoTakesTheLastTurn() {
    assertTrue(conversation.undo());
    assertEquals(List.of("u1", "a1", "u2", "a2"), texts());
    assertTrue(conversation.undo());
    assertTrue(conversation.undo());
    assertFalse(conversation.undo());
  }

  @Test
  void anAnswerIsWithdrawnForAnother() {
    assertTrue(conversation.withdrawAnswer());
    assertEquals("u3", texts().getLast());
    assertTrue(conversation.withdrawAnswer(), "again");
    conversation.clear();
    assertFalse(conversation.withdrawAnswer());
  }

  @Test
  void regenerationsAreThoseOfTheLastMessage() {
    conversation.withdrawAnswer();
    conversation.withdrawAnswer();
    assertEquals(2, conversation.regenerations());
    assertEquals(2, conversation.copy().regenerations());
    conversation.add(Message.assistant("a3"));
    assertEquals(2, conversation.regenerations());
    conversation.add(Message.user("u4"));
    assertEquals(0, conversation.regenerations());
  }

  @Test
  void aCopyGoesItsOwnWay() {
    conversation.system("s");
    Conversation copy = conversation.copy();
    assertEquals(conversation.content(), copy.content());
    copy.add(Message.user("u4"));
    copy.system("other");
    assertEquals("a3", texts().getLast());
    assertEquals(Optional.of("s"), conversation.system());
    assertEquals(Optional.of("u3"), conversation.lastSaid());
    assertEquals(Optional.of("u4"), copy.lastSaid());
  }

  @Test
  void theOldestTurnsGoFirstAndTheNewestMessageNever() {
    conversation.add(Message.user("u4"));
    assertTrue(conversation.dropOldestTurn());
    assertEquals(List.of("u2", "a2", "u3", "a3", "u4"), texts());
    assertTrue(conversation.dropOldestTurn());
    assertTrue(conversation.dropOldestTurn());
    assertFalse(conversation.dropOldestTurn());
    assertEquals(List.of("u4"), texts());
  }

  @Test
  void theSystemMessageStandsFirst() {
    conversation.system("s");
    conversation.clear();
    conversation.add(Message.user("u"));
    assertEquals(new Prompt.Chat(List.of(Message.system("s"), Message.user("u"))), conversation.prompt());
    conversation.system("");
    assertEquals(new Prompt.Chat(List.of(Message.user("u"))), conversation.prompt());
  }
}
