package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class Bf16Test {
  private static void rounds(int expected, int bits) {
    float rounded = Bf16.round(Float.intBitsToFloat(bits));
    assertEquals(Integer.toHexString(expected), Integer.toHexString(Float.floatToRawIntBits(rounded)));
  }

  @Test
  void halvesGoToEven() {
    rounds(0x3F80_0000, 0x3F80_7FFF);
    rounds(0x3F80_0000, 0x3F80_8000);
    rounds(0x3F81_0000, 0x3F80_8001);
    rounds(0x3F82_0000, 0x3F81_8000);
    rounds(0xBF82_0000, 0xBF81_8000);
    rounds(0x4000_0000, 0x3FFF_8000);
  }

  @Test
  void largeNumbersBecomeInfiniteAndSubnormalOnesZero() {
    rounds(0x7F7F_0000, 0x7F7F_7FFF);
    rounds(0x7F80_0000, Float.floatToRawIntBits(Float.MAX_VALUE));
    rounds(0xFF80_0000, 0xFF80_0000);
    rounds(0x0080_0000, 0x0080_0000);
    rounds(0x0000_0000, 0x007F_FFFF);
    rounds(0x8000_0000, 0x8000_0001);
  }

  @Test
  void whatIsNoNumberStaysNone() {
    rounds(0x7FC0_0000, 0x7F80_0001);
    rounds(0xFFC1_0000, 0xFFC1_FFFF);
    assertTrue(Float.isNaN(Bf16.round(Float.NaN)));
  }

  /** Both operands are rounded: 1 + 1/256 becomes 1, and 2 · (1 + 131/256) becomes 2 · (1 + 132/256). */
  @Test
  void theScalarProductRoundsWeightsAndActivations() {
    try (var memory = new HostMemory()) {
      var weights = MemorySegment.ofArray(new byte[4]);
      weights.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, Float.floatToFloat16(0x1.01p0f));
      weights.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, Float.floatToFloat16(2f));
      HostBuffer x = memory.buffer(1, 2);
      x.put(0, 0x1.83p1f);
      x.put(1, 1f);
      HostBuffer out = memory.buffer(1, 1);
      var w = new HostMatrix("w", Encodings.F16, weights, 1, 2, 1);
      ScalarKernels.bf16Matmul().run(new Product<>(x, 0, w, 0, out, 0, 1), 0, 1, new Scratch());
      assertEquals(0x1.84p1f + 2, out.at(0));
    }
  }

  @Test
  void floatActivationsAreNeverRounded() {
    assertTrue(new DeviceOptions(1, KernelCap.AUTO, ActivationPrecision.Q8, true).roundsToBf16());
    assertTrue(new DeviceOptions(1, KernelCap.AUTO, ActivationPrecision.NATIVE, true).roundsToBf16());
    assertFalse(new DeviceOptions(1, KernelCap.AUTO, ActivationPrecision.F32, true).roundsToBf16());
    assertFalse(DeviceOptions.defaults().roundsToBf16());
  }
}
