package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Parses replies for tests, cut in many ways. */
final class Replies {
  private Replies() {}

  static List<ReplyPiece> parse(ReplyFormat format, boolean inReasoning, List<String> parts) {
    var parser = new ReplyParser(format, inReasoning);
    var pieces = new ArrayList<ReplyPiece>();
    parts.forEach(part -> pieces.addAll(parser.accept(part)));
    pieces.addAll(parser.finish());
    return joined(pieces);
  }

  static List<ReplyPiece> parse(ReplyFormat format, String reply) {
    return parse(format, false, List.of(reply));
  }

  static List<String> characters(String reply) {
    return reply.chars().mapToObj(c -> String.valueOf((char) c)).toList();
  }

  static List<String> randomParts(String reply, RandomGenerator random) {
    var parts = new ArrayList<String>();
    for (int at = 0; at < reply.length(); ) {
      int end = Math.min(reply.length(), at + random.nextInt(8));
      parts.add(reply.substring(at, end));
      at = end;
    }
    return parts;
  }

  /** Texts of one kind that follow each other as one. */
  private static List<ReplyPiece> joined(List<ReplyPiece> pieces) {
    var joined = new Pieces();
    for (ReplyPiece piece : pieces) {
      switch (piece) {
        case ReplyPiece.Answer(String text) -> joined.answer(text);
        case ReplyPiece.Reasoning(String text) -> joined.reasoning(text);
        case ReplyPiece.Call(ToolCall call) -> joined.calls(List.of(call));
      }
    }
    return joined.drain();
  }
}
