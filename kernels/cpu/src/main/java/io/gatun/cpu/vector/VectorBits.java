package io.gatun.cpu.vector;

import io.gatun.device.Hardware;
import io.gatun.device.Verdict;
import jdk.incubator.vector.VectorShape;

/** Which vector width to use, and whether the processor can. Stateless. */
final class VectorBits {
  private static final String PROPERTY = "gatun.vector.bits";

  private VectorBits() {}

  /**
   * Bits of a vector: what {@code -Dgatun.vector.bits} asks for, else what the processor prefers, 512 at most.
   *
   * @throws IllegalArgumentException if the property is not a width
   */
  static int chosen() {
    String word = System.getProperty(PROPERTY, "");
    return switch (word) {
      case "" -> Math.min(512, VectorShape.preferredShape().vectorBitSize());
      case "128", "256", "512" -> Integer.parseInt(word);
      default -> throw new IllegalArgumentException("-D%s=%s: expected 128|256|512".formatted(PROPERTY, word));
    };
  }

  static Verdict verdict(Hardware hardware) {
    int bits = chosen();
    int widest = VectorShape.preferredShape().vectorBitSize();
    if (bits > widest) {
      return new Verdict.Refused("%d-bit vectors, this processor's are of %d bits".formatted(bits, widest));
    }
    if (System.getProperty("os.arch", "").equals("amd64") && !hardware.isa().isEmpty() && !hardware.isa().contains("fma")) {
      return new Verdict.Refused("this processor has no fused multiply-add");
    }
    return new Verdict.Usable();
  }
}
