package io.gatun.text.reply;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reply in OpenAI's harmony: messages, each with a header that says on which channel it is and to whom. The channel
 * {@code analysis} is reasoning, a message to somebody is a call, all else is the answer.
 */
final class HarmonyReply implements ReplyReader {
  static final List<String> MARKERS =
      List.of("<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>");
  static final String OPENED_REASONING = "<|channel|>analysis<|message|>";

  private static final String ROLE = "(?:<\\|start\\|>)?(?:assistant)?\\s{0,9}";
  private static final String CHANNEL = "<\\|channel\\|>(?<channel>analysis|commentary|final)\\s{0,9}";
  private static final String CONTENT = "(?:<\\|constrain\\|>)?\\w{0,20}\\s{0,9}";
  private static final String TO = "(?:to=(?:functions\\.)?(?<name>[^\\s<]{1,200})\\s{0,9})";
  private static final String ANYBODY = "(?:to=[^\\s<]{1,200}\\s{0,9})?";

  private static final Pattern HEADER =
      Pattern.compile(ROLE + ANYBODY + "(?:" + CHANNEL + ANYBODY + CONTENT + ")?");
  private static final List<CallSyntax> CALLS =
      List.of(
          call(ROLE + TO + "(?:" + CHANNEL + CONTENT + ")?"), call(ROLE + CHANNEL + TO + CONTENT));

  private final Pieces out;
  /** What was taken of a header, between messages. */
  private final StringBuilder header = new StringBuilder();
  /** Where the text of a message goes. */
  private @Nullable Consumer<String> body;
  private @Nullable OpenCall call;

  HarmonyReply(boolean beginsInReasoning, Pieces out) {
    this.out = out;
    this.body = beginsInReasoning ? out::reasoning : null;
  }

  private static CallSyntax call(String header) {
    return new JsonCalls(JsonCalls.Shape.NAMED, header + "<\\|message\\|>\\s{0,9}(?=\\{)", "");
  }

  @Override
  public void text(String text) {
    if (call != null) {
      callText(call, text);
    } else if (body != null) {
      body.accept(text);
    } else {
      headerText(text);
    }
  }

  @Override
  public void marker(String marker) {
    if (call != null) {
      if (call.takeMarker(marker)) {
        endIfComplete(call);
        return;
      }
      giveUp(call);
    }
    switch (marker) {
      case "<|end|>", "<|return|>", "<|call|>" -> endMessage();
      case "<|start|>" -> {
        endMessage();
        headerText(marker);
      }
      case "<|channel|>" -> {
        if (body != null) {
          endMessage();
        }
        headerText(marker);
      }
      case "<|message|>" -> {
        if (body == null) {
          beginBody(marker);
        } else {
          body.accept(marker);
        }
      }
      default -> text(marker);
    }
  }

  @Override
  public void finish() {
    if (call != null) {
      giveUp(call);
    }
    endMessage();
  }

  @SuppressWarnings("JdkObsolete") // hitEnd: more text may still make it match
  private void headerText(String text) {
    header.append(text);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches() && !matcher.hitEnd()) {
      body = out::answer;
      body.accept(takeHeader());
    }
  }

  private void beginBody(String marker) {
    Matcher matcher = HEADER.matcher(header);
    boolean whole = matcher.matches();
    if (whole && header.indexOf("to=") >= 0) {
      var opened = new OpenCall("", "", CALLS);
      call = opened;
      callText(opened, takeHeader() + marker);
    } else if (whole) {
      body = "analysis".equals(matcher.group("channel")) ? out::reasoning : out::answer;
      header.setLength(0);
    } else {
      body = out::answer;
      body.accept(takeHeader() + marker);
    }
  }

  private void callText(OpenCall inside, String text) {
    int taken = inside.take(text);
    if (inside.ended()) {
      endIfComplete(inside);
    } else if (taken < text.length()) {
      giveUp(inside);
    }
    if (taken < text.length()) {
      text(text.substring(taken));
    }
  }

  private void endIfComplete(OpenCall inside) {
    if (inside.ended()) {
      call = null;
      out.calls(inside.calls());
    }
  }

  /** It is no call: the message, from its header on, is text. */
  private void giveUp(OpenCall broken) {
    call = null;
    body = out::answer;
    body.accept(broken.source());
  }

  /** A header without a message is text, too. */
  private void endMessage() {
    body = null;
    String rest = takeHeader();
    if (!rest.isBlank()) {
      out.answer(rest);
    }
  }

  private String takeHeader() {
    String all = header.toString();
    header.setLength(0);
    return all;
  }
}
