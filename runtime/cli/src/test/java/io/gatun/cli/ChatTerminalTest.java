package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversation at a real terminal. */
class ChatTerminalTest {
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";
  private static final String UP = "\u001bOA";
  private static final String LEFT = "\u001bOD";
  private static final String FOOTER = " answer ";

  @TempDir Path state;

  private TerminalSession chat(String terminal, Object... more) {
    return ready(TerminalSession.start(terminal, state, program(more)));
  }

  private static TerminalSession ready(TerminalSession session) {
    return session.await("No chat template: plain continuation").await(">>> ");
  }

  private static Program program(Object... more) {
    var arguments = new Object[more.length + 5];
    Object[] first = {"chat", "-m", Models.stories(), "--temp", "0"};
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(more, 0, arguments, first.length, more.length);
    return Program.gatun(arguments).jvm("-Dgatun.terminals=012");
  }

  private List<String> history() throws IOException {
    return Files.readAllLines(state.resolve("gatun/history"));
  }

  @Test
  void answersAndLeavesWithCtrlD() throws Exception {
    try (var session = chat("xterm", "-n", "8")) {
      session.type("Once upon\r").await(" a time").await(FOOTER).await(">>> ");
      session.type("/stats\r").await("computed with: cpu ").await("last answer").await(">>> ");
      session.type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
  }

  @Test
  void editsLinesAndRemembersThemFromStartToStart() throws Exception {
    try (var session = chat("xterm", "-n", "4")) {
      session.type("Onc upon" + LEFT.repeat(5) + "e\r").await(FOOTER).await(">>> ");
      session.type(" a secret\r").await(FOOTER).await(">>> ").type("/bye\r");
      assertEquals(0, session.exitCode());
    }
    assertEquals(List.of("Once upon", "/bye"), history());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("gatun/history"))));
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("gatun"))));
    try (var session = chat("xterm", "-n", "4")) {
      session.type(UP + UP + "\r").await("Once upon").await(FOOTER).await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
    assertEquals(List.of("Once upon", "/bye", "Once upon"), history());
  }

  @Test
  void ctrlCStopsTheAnswerAndTheConversationGoesOn() throws Exception {
    try (var session = chat("xterm", "-c", "100000")) {
      session.type("Once upon\r").await(" a time").type(CTRL_C).await("| stopped ]").await(">>> ");
      session.type("/stats\r").await("cancelled").await(">>> ");
      session.type("half a line" + CTRL_C).await(">>> ");
      session.type(CTRL_C).await("Ctrl-C once more leaves").await(">>> ").type(CTRL_C);
      assertEquals(130, session.exitCode());
    }
  }

  @Test
  void aKeptConversationGoesOnAfterCtrlD() throws Exception {
    Path file = state.resolve("kept");
    try (var session = chat("xterm", "-n", "8", "--session", file)) {
      session.type("Once upon\r").await(" a time").await(FOOTER).await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
    try (var session = chat("xterm", "-n", "8", "--session", file)) {
      assertTrue(session.screen().contains("Going on with main: 1 turns, "), session.screen());
      session.type("/fork other\r").await("Now in branch other").await(">>> ");
      session.type("/undo\r").await("Taken back").await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
    try (var session = chat("xterm", "-n", "8", "--session", file)) {
      assertFalse(session.screen().contains("Going on"), session.screen());
      session.type("/bye\r");
      assertEquals(0, session.exitCode());
    }
  }

  @Test
  void messagesOfSeveralLinesAndPastedOnes() throws Exception {
    try (var session = chat("xterm", "-n", "4")) {
      session.type("\"\"\"Once\r").await("... ").type("upon\"\"\"\r").await(FOOTER).await(">>> ");
      session.type("Then \\\r").await("... ").type("Tim\r").await(FOOTER).await(">>> ");
      session.type("\u001b[200~first\nsecond\u001b[201~").await("second").type("\r").await(FOOTER).await(">>> ");
      session.type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
    assertEquals(3, history().size(), history().toString());
  }

  @Test
  void completesCommandsAndFiles() throws Exception {
    Path file = Files.writeString(state.resolve("a story.txt"), "Once upon");
    try (var session = chat("xterm", "-n", "4")) {
      session.type("/sta\t").await("/stats").type("\r").await("no answer yet").await(">>> ");
      session.type("/read " + state + "/a\t").await("a story.txt").type("\r").await(FOOTER).await(">>> ");
      session.type("/nothing\r").await("Unknown command '/nothing'. Type /help for help.").await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
    }
    assertTrue(history().contains("/read " + file), history().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"dumb", "xterm"})
  void aDumbTerminalGetsNoEscapeSequences(String terminal) throws Exception {
    try (var session = chat(terminal, "-n", "200")) {
      session.type("Once upon\r").await(" a time").type(CTRL_C).await("stopped").await(">>> ");
      session.type(CTRL_C).await("once more").await(">>> ").type(CTRL_C);
      assertEquals(130, session.exitCode());
      assertEquals(terminal.equals("xterm"), session.screen().contains("\u001b"), session.screen());
    }
  }

  @Test
  void noColourWhereNoneIsWanted() throws Exception {
    try (var session = chat("xterm", "-n", "4")) {
      session.type("Once\r").await(FOOTER).await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
      assertTrue(session.screen().contains("\u001b[2m"), "a footer that is dim");
    }
    var program = program("-n", "4").environment("NO_COLOR", "1");
    try (var session = ready(TerminalSession.start("xterm", state, program))) {
      session.type("Once\r").await(FOOTER).await(">>> ").type(CTRL_D);
      assertEquals(0, session.exitCode());
      assertFalse(session.screen().contains("\u001b[2m") || session.screen().contains("\u001b[1m"), session.screen());
    }
  }
}
