package io.gatun.cli.chat;

import io.gatun.engine.Sampling;

/** Where an answer ends, beyond what the user and the model say. */
final class Ending {
  private Ending() {}

  /**
   * In plain continuation an answer also ends where the model begins another text, with BOS: it has come to the end of
   * this one, whether or not it says so.
   */
  static Sampling of(Partner partner, Sampling sampling) {
    return switch (partner.loaded().engine().chatStyle()) {
      case TEMPLATE, FAMILY_TEMPLATE -> sampling;
      case PLAIN_CONTINUATION -> {
        var bos = partner.loaded().model().tokenizer().vocabulary().bos();
        yield bos.isPresent() ? sampling.stopToken(bos.getAsInt()) : sampling;
      }
    };
  }
}
