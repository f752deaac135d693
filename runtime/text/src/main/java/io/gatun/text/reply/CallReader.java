package io.gatun.text.reply;

import java.util.List;

/** Reads the body of a block of calls while it streams. After it refused a character it is of no more use. */
interface CallReader {
  /** Takes the next character; false if no call goes on so. */
  boolean accept(char c);

  /** Whether the body may end after what was taken. */
  boolean mayEnd();

  /** Whether the body ends after what was taken, if nothing marks its end. */
  boolean endsItself();

  /** The calls of the body that was taken; empty if it is malformed. Asked for once, where the body may end. */
  List<ToolCall> calls();
}
