package io.gatun.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {

  @Test
  void writesUtf8() {
    var bytes = new ByteArrayOutputStream();
    new Output(bytes).text("é").line(" 日本");
    assertArrayEquals("é 日本\n".getBytes(StandardCharsets.UTF_8), bytes.toByteArray());
  }

  @Test
  void aReaderThatHasGoneIsNoError() {
    var output = new Output(failing("Broken pipe"));
    assertThrows(ClosedPipe.class, () -> output.line("x"));
    assertEquals(new Failure(0, ""), Failure.of(assertThrows(ClosedPipe.class, output::flush)));
  }

  @Test
  void aFullDiskIs() {
    var thrown = assertThrows(UncheckedIOException.class, () -> new Output(failing("No space left on device")).line("x"));
    assertEquals(new Failure(1, "cannot write the output: No space left on device"), Failure.of(thrown));
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }
}
