package io.gatun.engine;

import io.gatun.text.EncodeOption;
import io.gatun.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Turns prompts into tokens. Thread-safe. */
final class PromptEncoder {
  private final Tokenizer tokenizer;
  private final int vocabularySize;
  private final ChatFormat format;

  /** @param vocabularySize what all ids must be below */
  PromptEncoder(Tokenizer tokenizer, int vocabularySize, ChatFormat format) {
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.format = format;
  }

  ChatFormat format() {
    return format;
  }

  /**
   * The tokens of a prompt.
   *
   * @param known the tokens of an assistant's message that was generated here; empty where it was not
   * @param before the conversation so far, under a chat template
   * @throws IllegalArgumentException if there are none, or ids outside the vocabulary
   * @throws io.gatun.text.template.TemplateException if the chat template is malformed or refuses the conversation
   */
  EncodedPrompt encode(Prompt prompt, Function<Message, int[]> known, Spoken before) {
    EncodedPrompt encoded =
        switch (prompt) {
          case Prompt.Text text ->
              EncodedPrompt.raw(tokenizer.encode(text.text(), Set.of(EncodeOption.ADD_SPECIAL)));
          case Prompt.Ids given -> EncodedPrompt.raw(given.ids().clone());
          case Prompt.Chat chat ->
              switch (format.style()) {
                case TEMPLATE, FAMILY_TEMPLATE -> templated(chat, before);
                case PLAIN_CONTINUATION -> EncodedPrompt.raw(plain(chat.messages(), known));
              };
        };
    check(encoded.ids());
    return encoded;
  }

  private void check(int[] ids) {
    if (ids.length == 0) {
      throw new IllegalArgumentException("the prompt is empty: expected at least one token");
    }
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException("token id %d: expected 0 to %d".formatted(id, vocabularySize - 1));
      }
    }
  }

  private EncodedPrompt templated(Prompt.Chat chat, Spoken before) {
    Rendering rendering = format.render(chat);
    Spoken spoken = before.next(rendering, tokenizer);
    return new EncodedPrompt(spoken.ids(), spoken, format.reader(chat, rendering));
  }

  /** The messages' texts one after the other, with a space between. */
  private int[] plain(List<Message> messages, Function<Message, int[]> known) {
    IntStream all = Arrays.stream(tokenizer.encode("", Set.of(EncodeOption.ADD_SPECIAL)));
    boolean first = true;
    for (Message message : messages) {
      int[] ids = known.apply(message);
      if (ids.length == 0) {
        ids = first ? tokenizer.encode(message.text(), Set.of()) : continued(message);
      }
      all = IntStream.concat(all, Arrays.stream(ids));
      first = first && message.text().isEmpty();
    }
    return all.toArray();
  }

  /** A message after others starts with a space, if it is not the assistant's, who continues as it likes. */
  private int[] continued(Message message) {
    int[] ids = tokenizer.encode(message.text(), Set.of());
    boolean spaced = ids.length == 0 || Character.isWhitespace((char) tokenizer.piece(ids[0])[0]);
    return spaced || message.role() == Role.ASSISTANT ? ids : tokenizer.encode(" " + message.text(), Set.of());
  }
}
