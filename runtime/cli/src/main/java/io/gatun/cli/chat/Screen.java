package io.gatun.cli.chat;

/** Where a conversation is held: a terminal, or a pipe. Confined to one thread but for {@link #answer} and {@link #reasoning}. */
interface Screen extends AutoCloseable {

  /** What came in. */
  sealed interface Input {
    /** A whole message or command, without the marks of {@link Multiline}. */
    record Text(String text) implements Input {}

    /** Ctrl-C in a line that held something. */
    record Abandoned() implements Input {}

    /** Ctrl-C on an empty line. */
    record Interrupted() implements Input {}

    /** Ctrl-D, or the end of the pipe. */
    record End() implements Input {}
  }

  /** Waits for the next message or command. */
  Input read();

  /** Shows a piece of an answer, at once. */
  void answer(String piece);

  /** Shows a piece of what the model thinks before it answers, at once and unlike an answer. */
  void reasoning(String piece);

  /** Ends the line that an answer or the reasoning left, if it left one. */
  void endAnswer();

  /** Shows what a command was asked for. */
  void result(String text);

  /** Says something beside the conversation. */
  void notice(String text);

  /** Says what went wrong. */
  void error(String text);

  /** While open, Ctrl-C runs {@code action} instead of ending the program. */
  Watch onInterrupt(Runnable action);

  /** Whether lines that are typed from now on are kept in the history. */
  void history(History history);

  /** See {@link #history}. */
  enum History {
    KEEP,
    FORGET
  }

  /** Ends {@link #onInterrupt}. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Whether somebody sits there. */
  boolean isInteractive();

  @Override
  void close();
}
