package io.gatun.engine;

import java.util.List;

/** What a generation continues. */
public sealed interface Prompt {

  /** Raw text to continue. BOS is added as the model's metadata says; special tokens in it are not parsed. */
  static Prompt text(String text) {
    return new Text(text);
  }

  /** Token ids as they are; nothing is added. */
  static Prompt ids(int... ids) {
    return new Ids(ids.clone());
  }

  /**
   * Raw text.
   *
   * @param text to continue
   */
  record Text(String text) implements Prompt {}

  /**
   * Token ids.
   *
   * @param ids at least one; not copied, must not change
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Ids(int[] ids) implements Prompt {}

  /**
   * A conversation to answer, under the model's chat template. Where there is no usable template the messages are
   * joined as plain text, see {@link Engine#chatStyle()}.
   *
   * @param messages oldest first
   */
  record Chat(List<Message> messages) implements Prompt {
    public Chat {
      messages = List.copyOf(messages);
    }
  }
}
