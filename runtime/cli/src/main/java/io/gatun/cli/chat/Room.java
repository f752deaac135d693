package io.gatun.cli.chat;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Sampling;

/** Keeps a conversation within its model's context. */
final class Room {
  private Room() {}

  /**
   * Forgets the oldest turns until there is room for an answer: for as many tokens as it may have, but at most for a
   * quarter of the context.
   *
   * @return the turns forgotten
   * @throws UsageException if the newest message alone leaves no room for a single token
   */
  static int make(Conversation conversation, Partner partner, ChatSettings settings, Sampling sampling) {
    int context = partner.contextLength();
    int reserve = Math.max(1, Math.min(sampling.maxTokens().orElse(context), context / 4));
    int dropped = 0;
    while (tokens(conversation, partner, settings) > context - reserve) {
      if (!conversation.dropOldestTurn()) {
        break;
      }
      dropped++;
    }
    int needed = tokens(conversation, partner, settings);
    if (needed >= context) {
      throw new UsageException(
          "the message has %d tokens, the context %d: say it shorter, or ask for more with /set parameter num_ctx"
              .formatted(needed, context));
    }
    return dropped;
  }

  private static int tokens(Conversation conversation, Partner partner, ChatSettings settings) {
    return partner.loaded().engine().encode(conversation.prompt().with(settings.variables())).length;
  }
}
