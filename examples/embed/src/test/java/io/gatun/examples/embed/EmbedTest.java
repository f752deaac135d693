package io.gatun.examples.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The program does what the README shows. */
class EmbedTest {

  @Test
  void tellsAStoryInTwentyLines() throws Exception {
    var captured = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      Embed.main(new String[] {"../models/stories260K.gguf", "Once upon a time"});
    } finally {
      System.setOut(before);
    }
    List<String> lines = captured.toString(StandardCharsets.UTF_8).lines().toList();
    // the beginning of what llama2.c prints for the same model, greedily
    assertEquals(", there was a little girl named Lily. She loved to play outside in the park.", lines.getFirst().substring(0, 76));
    assertTrue(lines.getLast().matches("\\(\\d+ tokens/s on .*\\)"), lines.getLast());
  }

  @Test
  void isTwentyLines() throws Exception {
    long statements =
        Files.readAllLines(Path.of("src/main/java/io/gatun/examples/embed/Embed.java")).stream()
            .dropWhile(line -> !line.startsWith("import"))
            .filter(line -> !line.isBlank())
            .count();
    assertTrue(statements <= 24, statements + " lines");
  }
}
