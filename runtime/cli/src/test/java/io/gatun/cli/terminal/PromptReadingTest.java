package io.gatun.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.engine.PromptProgress;
import org.junit.jupiter.api.Test;

class PromptReadingTest {

  @Test
  void tokensOfAllAndTheRateOfThoseThatAreComputed() {
    assertEquals("reading the prompt: 0 of 4096 tokens", PromptReading.text(new PromptProgress(4096, 0, 0), 1));
    assertEquals(
        "reading the prompt: 1024 of 4096 tokens, 512.0 t/s", PromptReading.text(new PromptProgress(4096, 0, 1024), 2));
    assertEquals("reading the prompt: 900 of 4096 tokens", PromptReading.text(new PromptProgress(4096, 900, 900), 1));
    assertEquals(
        "reading the prompt: 1000 of 4096 tokens, 50.0 t/s", PromptReading.text(new PromptProgress(4096, 900, 1000), 2));
    assertEquals("generating", PromptReading.text(new PromptProgress(4096, 900, 4096), 2));
  }
}
