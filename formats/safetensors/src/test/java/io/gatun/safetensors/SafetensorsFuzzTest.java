package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;

/**
 * Any bytes are either refused with one of two exceptions, or are a file whose tensors lie inside it and beside each
 * other. Replays the saved inputs; explores with {@code JAZZER_FUZZ=1}.
 */
class SafetensorsFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void parse(byte[] data) {
    SafetensorsHeader header;
    try {
      header = SafetensorsHeader.parse("f", MemorySegment.ofArray(data));
    } catch (FormatException | UnsupportedModelException refusal) {
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.startsWith("f: ") && message.indexOf('\n') < 0, message);
      return;
    }
    long total = 0;
    for (var tensor : header.tensors()) {
      assertTrue(tensor.start() >= 8 && tensor.start() <= tensor.end() && tensor.end() <= data.length, tensor.toString());
      total += tensor.end() - tensor.start();
    }
    assertTrue(total <= data.length);
  }
}
