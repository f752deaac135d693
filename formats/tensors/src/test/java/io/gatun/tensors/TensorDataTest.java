package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorDataTest {
  private static TensorData tensor(Long... shape) {
    return new TensorData("t", List.of(shape), Encodings.F32, List.of(MemorySegment.NULL));
  }

  @Test
  void countsRowsColumnsAndValuesBeyondTwoToThe31() {
    var tensor = tensor(8L, 1L << 20, 1L << 12);
    assertEquals(1L << 12, tensor.cols());
    assertEquals(8L << 20, tensor.rows());
    assertEquals(1L << 35, tensor.values());
    assertEquals("t f32 [8, 1048576, 4096]", tensor.toString());
  }

  @Test
  void leadingOnesDoNotCountInAShape() {
    assertTrue(tensor(1L, 1L, 4L, 3L).hasShape(4, 3));
    assertTrue(tensor(4L, 3L).hasShape(1, 4, 3));
    assertTrue(tensor(4L, 1L).hasShape(4, 1));
    assertFalse(tensor(4L, 1L).hasShape(4));
    assertFalse(tensor(4L, 3L).hasShape(3, 4));
    assertTrue(tensor(1L).hasShape(1));
  }

  @Test
  void aSingleNumberHasNoDimensions() {
    var number = tensor();
    assertEquals(1, number.values());
    assertTrue(number.hasShape());
    assertTrue(number.hasShape(1));
  }

  @Test
  void aTensorHasAPlane() {
    assertThrows(
        IllegalArgumentException.class, () -> new TensorData("t", List.of(1L), Encodings.F32, List.of()));
  }
}
