package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;

/**
 * Any bytes are either refused with one of two exceptions, or are a file whose tensors lie inside it and whose metadata
 * can be written again. Replays the saved inputs; explores with {@code JAZZER_FUZZ=1}.
 */
class GgufFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void parse(byte[] data) {
    var bytes = MemorySegment.ofArray(data);
    GgufHeader header;
    try {
      header = GgufHeader.parse("f.gguf", bytes);
    } catch (FormatException | UnsupportedModelException refusal) {
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.startsWith("f.gguf: ") && message.indexOf('\n') < 0, message);
      return;
    }
    for (var tensor : header.tensors()) {
      assertTrue(tensor.start() >= 0 && tensor.bytes() > 0 && tensor.end() <= data.length, tensor.toString());
    }
    assertWritable(header.metadata());
  }

  private static void assertWritable(Metadata metadata) {
    var out = new HeaderBytes();
    out.i32(GgufHeader.MAGIC);
    out.i32(3);
    out.i64(0);
    out.i64(metadata.keys().size());
    new MetadataWriter(out).write(metadata.asMap());
    var again = GgufHeader.parse("f.gguf", MemorySegment.ofArray(out.bytes())).metadata();
    assertEquals(metadata.keys().size(), again.keys().size());
    for (var key : metadata.keys()) {
      assertEquals(metadata.peek(key).orElseThrow().type(), again.peek(key).orElseThrow().type());
    }
  }
}
