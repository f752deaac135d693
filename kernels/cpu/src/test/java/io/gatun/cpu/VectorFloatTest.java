package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What the contract's suite does not try because it holds for one kernel only. */
class VectorFloatTest {

  /** All 65536 of them times one. */
  @Test
  void everyHalfIsWidenedExactly() {
    for (Encoding encoding : new Encoding[] {Encodings.F16, Encodings.BF16}) {
      try (var memory = new HostMemory()) {
        MemorySegment bytes = memory.allocate(2 * 65536, "halves");
        for (int i = 0; i < 65536; i++) {
          bytes.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        }
        var w = new HostMatrix("halves", encoding, bytes, 65536, 1, 1);
        HostBuffer one = memory.buffer(1, 1);
        one.segment().set(ValueLayout.JAVA_FLOAT, 0, 1);
        HostBuffer found = memory.buffer(1, 65536);
        new VectorTier()
            .floatMatmul(encoding)
            .orElseThrow()
            .run(new Product<>(one, 0, w, 0, found, 0, 1), 0, 65536, new Scratch());
        var expected = new float[1];
        for (int i = 0; i < 65536; i++) {
          encoding.decode(bytes, 2L * i, expected, 0, 1);
          assertEquals(expected[0] + 0f, found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i), "%04x".formatted(i));
        }
      }
    }
  }
}
