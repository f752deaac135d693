package io.gatun.text.reply;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A reply in which markers begin and end blocks of reasoning and of calls, and all else is the answer. */
final class MarkedReply implements ReplyReader {
  private final Map<String, Mark> marks = new HashMap<>();
  private final Pieces out;
  private final Prose answer;
  private Mark.@Nullable Reasoning reasoning;
  private Prose thought;
  private @Nullable OpenCall call;

  /**
   * Begins a reply.
   *
   * @param opened the reasoning in which it begins, if it does
   */
  MarkedReply(List<Mark> marks, Mark.@Nullable Reasoning opened, Pieces out) {
    marks.forEach(mark -> this.marks.put(mark.open(), mark));
    this.out = out;
    this.answer = new Prose(out::answer, false);
    this.thought = new Prose(out::reasoning, true);
    this.reasoning = opened;
  }

  @Override
  public void text(String text) {
    if (call != null) {
      callText(call, text);
    } else if (reasoning != null) {
      thought.text(text);
    } else if (marks.isEmpty()) {
      out.answer(text);
    } else {
      answer.text(text);
    }
  }

  @Override
  public void marker(String marker) {
    if (call != null) {
      callMarker(call, marker);
    } else if (reasoning != null) {
      reasoningMarker(reasoning, marker);
    } else {
      answerMarker(marker);
    }
  }

  @Override
  public void finish() {
    if (call != null) {
      end(call);
    }
    if (reasoning != null) {
      thought.finish();
    }
    answer.finish();
  }

  private void answerMarker(String marker) {
    Mark mark = marks.get(marker);
    switch (mark) {
      case Mark.Reasoning begins when stands(begins) -> {
        reasoning = begins;
        thought = new Prose(out::reasoning, true);
        answer.block();
      }
      case Mark.Calls begins when stands(begins) -> {
        var opened = new OpenCall(begins.inBody() ? "" : marker, begins.close(), begins.syntaxes());
        call = opened;
        if (begins.inBody()) {
          callText(opened, marker);
        }
      }
      case Mark.Layout layout when layout.anywhere() || answer.afterBlock() -> {}
      case null, default -> answer.text(marker);
    }
  }

  private boolean stands(Mark mark) {
    return mark.anywhere() || answer.atBlockStart();
  }

  /** Models that were given the begin of their reasoning may repeat it. */
  private void reasoningMarker(Mark.Reasoning inside, String marker) {
    if (marker.equals(inside.close())) {
      reasoning = null;
      answer.block();
    } else if (!marker.equals(inside.open()) || !thought.atBlockStart()) {
      thought.text(marker);
    }
  }

  private void callText(OpenCall inside, String text) {
    int taken = inside.take(text);
    if (inside.ended()) {
      end(inside);
    } else if (taken < text.length()) {
      giveUp(inside);
    }
    if (taken < text.length()) {
      answer.text(text.substring(taken));
    }
  }

  private void callMarker(OpenCall inside, String marker) {
    if (inside.mayEnd() && inside.isClose(marker)) {
      if (!end(inside)) {
        answer.text(marker);
      }
    } else if (inside.mayEnd() && marks.get(marker) instanceof Mark.Calls) {
      end(inside);
      answerMarker(marker);
    } else if (!inside.takeMarker(marker)) {
      giveUp(inside);
      answerMarker(marker);
    } else if (inside.ended()) {
      end(inside);
    }
  }

  /** Ends a block: calls if it is well formed, otherwise text. */
  private boolean end(OpenCall ended) {
    List<ToolCall> calls = ended.calls();
    if (calls.isEmpty()) {
      giveUp(ended);
      return false;
    }
    call = null;
    out.calls(calls);
    answer.block();
    return true;
  }

  private void giveUp(OpenCall broken) {
    call = null;
    answer.text(broken.source());
  }
}
