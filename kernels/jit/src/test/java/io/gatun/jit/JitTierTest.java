package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.Hardware;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tier says what a computer lacks. */
class JitTierTest {
  private static Hardware with(String... flags) {
    return new Hardware("some processor", Set.of(flags), 2, 0);
  }

  @Test
  void aProcessorWithAllInstructionsLacksNothing() {
    assertEquals(Optional.empty(), new JitTier().lacking(with("avx2", "fma", "f16c", "avx512f"), "Linux", "amd64"));
  }

  @Test
  void missingInstructionsAreNamed() {
    assertEquals(Optional.of("this processor has no avx2, f16c"), new JitTier().lacking(with("avx", "fma"), "Linux", "amd64"));
  }

  @Test
  void anotherSystemOrArchitectureIsNamed() {
    assertEquals(
        Optional.of("its machine code is for Linux on x86-64, this is Linux on aarch64"),
        new JitTier().lacking(with("asimd"), "Linux", "aarch64"));
    assertEquals(
        Optional.of("its machine code is for Linux on x86-64, this is Mac OS X on amd64"),
        new JitTier().lacking(with("avx2", "fma", "f16c"), "Mac OS X", "amd64"));
  }
}
