package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects pieces; texts of one kind that follow each other become one. */
final class Pieces {
  private final List<ReplyPiece> done = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable Function<String, ReplyPiece> kind;

  void answer(String more) {
    text(more, ANSWER);
  }

  void reasoning(String more) {
    text(more, REASONING);
  }

  void calls(List<ToolCall> calls) {
    endText();
    calls.forEach(call -> done.add(new ReplyPiece.Call(call)));
  }

  /** What was collected since the last time. */
  List<ReplyPiece> drain() {
    endText();
    List<ReplyPiece> all = List.copyOf(done);
    done.clear();
    return all;
  }

  private static final Function<String, ReplyPiece> ANSWER = ReplyPiece.Answer::new;
  private static final Function<String, ReplyPiece> REASONING = ReplyPiece.Reasoning::new;

  @SuppressWarnings("ReferenceEquality") // two functions, each there once
  private void text(String more, Function<String, ReplyPiece> of) {
    if (kind != of) {
      endText();
      kind = of;
    }
    text.append(more);
  }

  private void endText() {
    if (kind != null && !text.isEmpty()) {
      done.add(kind.apply(text.toString()));
    }
    text.setLength(0);
    kind = null;
  }
}
