package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.engine.Session;

/**
 * Who one talks with: a model and the memory of this branch of the conversation. Both are owned by {@link Branches}.
 *
 * @param loaded the model
 * @param session the memory
 */
record Partner(LoadedModel loaded, Session session) {

  int contextLength() {
    return loaded.engine().contextLength();
  }
}
