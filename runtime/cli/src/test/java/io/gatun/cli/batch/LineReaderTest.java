package io.gatun.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void aLineEndsWithANewlineOrWithTheFile() {
    assertEquals(List.of("a", "b"), texts("a\nb"));
    assertEquals(List.of("a", "b"), texts("a\nb\n"));
    assertEquals(List.of("a", "", "b", ""), texts("a\n\nb\n\n"));
    assertEquals(List.of(), texts(""));
    assertEquals(List.of(""), texts("\n"));
  }

  @Test
  void aCarriageReturnBelongsToTheNewline() {
    assertEquals(List.of("a", "", "b\rc", "d"), texts("a\r\n\r\nb\rc\r\nd\r"));
  }

  @Test
  void aByteOrderMarkIsPassedOverAtTheBeginningOnly() {
    assertEquals(List.of("a", "\ufeffb"), texts("\ufeffa\n\ufeffb\n"));
    assertEquals(List.of(""), texts("\ufeff"));
  }

  @Test
  void whatIsNoUtf8IsReportedAndTheNextLineRead() {
    byte[] bytes = "ab?c\nnext".getBytes(StandardCharsets.UTF_8);
    bytes[2] = (byte) 0xff;
    assertEquals(List.of("the line is not UTF-8: byte 3 cannot stand there", "next"), texts(bytes, 100));
  }

  @Test
  void whatIsTooLongIsReportedAndTheNextLineRead() {
    assertEquals(
        List.of("12345678", "the line has 9 bytes, expected at most 8", "next"),
        texts("12345678\n123456789\nnext".getBytes(StandardCharsets.UTF_8), 8));
  }

  @Test
  void linesKnowWhereTheyEnd() {
    var reader = new LineReader("test", new ByteArrayInputStream("é\r\nb".getBytes(StandardCharsets.UTF_8)), 100);
    assertEquals(1, reader.next().orElseThrow().number());
    assertTrue(reader.terminated());
    assertEquals(4, reader.offset());
    assertEquals(2, reader.next().orElseThrow().number());
    assertFalse(reader.terminated());
    assertEquals(5, reader.offset());
    assertTrue(reader.next().isEmpty());
  }

  private static List<String> texts(String content) {
    return texts(content.getBytes(StandardCharsets.UTF_8), 100);
  }

  private static List<String> texts(byte[] content, int longest) {
    var texts = new ArrayList<String>();
    try (var reader = new LineReader("test", new ByteArrayInputStream(content), longest)) {
      for (Optional<InputLine> line = reader.next(); line.isPresent(); line = reader.next()) {
        texts.add(
            switch (line.get()) {
              case InputLine.Text text -> text.text();
              case InputLine.Unreadable unreadable -> unreadable.problem();
            });
      }
    }
    return texts;
  }
}
