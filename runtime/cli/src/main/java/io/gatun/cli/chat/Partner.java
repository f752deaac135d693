package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.engine.Session;

/** Who one talks with: a model and the memory of this conversation. Owned by the REPL, confined to its thread. */
final class Partner implements AutoCloseable {
  private final LoadedModel loaded;
  private final Session session;

  Partner(LoadedModel loaded) {
    this.loaded = loaded;
    this.session = loaded.engine().session();
  }

  LoadedModel loaded() {
    return loaded;
  }

  Session session() {
    return session;
  }

  int contextLength() {
    return loaded.engine().contextLength();
  }

  @Override
  public void close() {
    try (loaded) {
      session.close();
    }
  }
}
