package io.gatun.engine;

import io.gatun.text.StreamDecoder;
import io.gatun.text.reply.ReplyFormat;
import io.gatun.text.reply.ReplyParser;
import io.gatun.text.reply.ReplyPiece;
import java.util.List;
import java.util.Optional;

/**
 * What generated text is: all of it the answer, or under a chat template with parts of several kinds. Owned by one
 * generation.
 *
 * @param parser empty if all is the answer
 * @param control what the decoder must do with control tokens
 */
record ReplyReader(Optional<ReplyParser> parser, StreamDecoder.Control control) {

  /** For prompts without turns. */
  static ReplyReader raw() {
    return new ReplyReader(Optional.empty(), StreamDecoder.Control.DROPPED);
  }

  /** @param promptTail what the template wrote at the end of the prompt */
  static ReplyReader of(ReplyFormat format, String promptTail) {
    var parser = new ReplyParser(format, ReplyParser.opensReasoning(format, promptTail));
    return new ReplyReader(
        Optional.of(parser),
        format.usesControlTokens() ? StreamDecoder.Control.RENDERED : StreamDecoder.Control.DROPPED);
  }

  /** The parts that are certain after more text. */
  List<ReplyPiece> accept(String text) {
    return parser.map(known -> known.accept(text)).orElseGet(() -> answer(text));
  }

  /** What was held back. */
  List<ReplyPiece> finish() {
    return parser.map(ReplyParser::finish).orElse(List.of());
  }

  private static List<ReplyPiece> answer(String text) {
    return text.isEmpty() ? List.of() : List.of(new ReplyPiece.Answer(text));
  }
}
