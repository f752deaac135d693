package io.gatun.engine;

import io.gatun.text.reply.ReplyFormat;
import io.gatun.text.reply.ReplyParser;
import io.gatun.text.reply.ReplyPiece;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What generated text is: all of it the answer, or under a chat template with parts of several kinds. Owned by one
 * generation.
 *
 * @param parser empty if all is the answer
 * @param markers control tokens that tell parts apart, so that it must see them as they are spelled
 */
record ReplyReader(Optional<ReplyParser> parser, Set<Integer> markers) {

  /** For prompts without turns. */
  static ReplyReader raw() {
    return new ReplyReader(Optional.empty(), Set.of());
  }

  /**
   * For a turn under a chat template.
   *
   * @param promptTail what the template wrote at the end of the prompt
   * @param markers see {@link #markers()}
   */
  static ReplyReader of(ReplyFormat format, String promptTail, Set<Integer> markers) {
    var parser = new ReplyParser(format, ReplyParser.opensReasoning(format, promptTail));
    return new ReplyReader(Optional.of(parser), markers);
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
