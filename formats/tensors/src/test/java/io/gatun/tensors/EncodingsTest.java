package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class EncodingsTest {
  @Test
  void everyEncodingIsFoundByItsId() {
    var ids = new HashSet<String>();
    for (var encoding : Encodings.all()) {
      assertTrue(ids.add(encoding.id()));
      assertSame(encoding, Encodings.byId(encoding.id()).orElseThrow());
    }
    assertEquals(8 + 26 + 1, ids.size());
    assertTrue(Encodings.byId("Q4_0").isEmpty());
    assertTrue(Encodings.byId("").isEmpty());
  }

  @Test
  void bytesAreWholeBlocks() {
    assertEquals(0, Encodings.Q4_0.bytes(0));
    assertEquals(36, Encodings.Q4_0.bytes(64));
    assertEquals(18L << 32, Encodings.Q4_0.bytes(32L << 32));
    assertThrows(IllegalArgumentException.class, () -> Encodings.Q4_0.bytes(33));
    assertThrows(IllegalArgumentException.class, () -> Encodings.Q4_0.bytes(-32));
    assertThrows(ArithmeticException.class, () -> Encodings.F32.bytes(1L << 61));
  }

  @Test
  void anOpaqueEncodingSaysThatItIsNotSupported() {
    var encoding = Encodings.byId("q8_1").orElseThrow();
    assertEquals(72, encoding.bytes(64));
    var source = MemorySegment.ofArray(new byte[36]);
    var thrown =
        assertThrows(UnsupportedModelException.class, () -> encoding.decode(source, 0, new float[32], 0, 32));
    assertTrue(String.valueOf(thrown.getMessage()).contains("q8_1"));
  }
}
