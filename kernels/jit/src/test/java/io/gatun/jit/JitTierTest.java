package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cpu.KernelTier;
import io.gatun.device.Hardware;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.util.List;
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

  private static final String[] ALL =
      {"avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16"};

  private static Optional<String> lacking(JitTier tier, Hardware hardware) {
    return tier.lacking(hardware, "Linux", "amd64");
  }

  @Test
  void eachFormNeedsItsInstructions() {
    assertEquals(Optional.empty(), lacking(new JitTier.AvxVnni(), with(ALL)));
    assertEquals(Optional.empty(), lacking(new JitTier.Avx512(), with(ALL)));
    Hardware alderLake = with("avx2", "fma", "f16c", "avx_vnni");
    assertEquals(Optional.empty(), lacking(new JitTier.AvxVnni(), alderLake));
    assertEquals(
        Optional.of("this processor has no avx512f, avx512bw, avx512dq, avx512vl, avx512_vnni"),
        lacking(new JitTier.Avx512(), alderLake));
    Hardware skylakeServer = with("avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl");
    assertEquals(Optional.of("this processor has no avx_vnni"), lacking(new JitTier.AvxVnni(), skylakeServer));
    assertEquals(Optional.of("this processor has no avx512_vnni"), lacking(new JitTier.Avx512(), skylakeServer));
    assertEquals(Optional.empty(), lacking(new JitTier.Avx512Bf16(), with(ALL)));
    Hardware iceLake = with("avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni");
    assertEquals(Optional.of("this processor has no avx512_bf16"), lacking(new JitTier.Avx512Bf16(), iceLake));
  }

  @Test
  void theCapRefusesStrongerForms() {
    System.setProperty("gatun.jit.isa", "avxvnni");
    try {
      assertEquals(Optional.empty(), lacking(new JitTier(), with(ALL)));
      assertEquals(Optional.empty(), lacking(new JitTier.AvxVnni(), with(ALL)));
      assertEquals(
          Optional.of("machine code is capped at avxvnni by -Dgatun.jit.isa"), lacking(new JitTier.Avx512(), with(ALL)));
    } finally {
      System.clearProperty("gatun.jit.isa");
    }
  }

  @Test
  void anUnknownCapIsAnError() {
    System.setProperty("gatun.jit.isa", "avx10");
    try {
      var unknown = assertThrows(IllegalArgumentException.class, () -> lacking(new JitTier(), with(ALL)));
      assertEquals("-Dgatun.jit.isa=avx10: expected avx2|avxvnni|avx512|avx512bf16", unknown.getMessage());
    } finally {
      System.clearProperty("gatun.jit.isa");
    }
  }

  /** The table takes the strongest form that the processor has. */
  @Test
  void strongerFormsWin() {
    assertTrue(new JitTier().strength() < new JitTier.AvxVnni().strength());
    assertTrue(new JitTier.AvxVnni().strength() < new JitTier.Avx512().strength());
    assertTrue(new JitTier.Avx512().strength() < new JitTier.Avx512Bf16().strength());
  }

  /** Floats are rounded to bf16 by kernels of their own alone, which are not among those of a table that does not ask for them. */
  @Test
  void onlyKernelsOfTheirOwnRoundToBf16() {
    for (KernelTier tier : List.of(new JitTier(), new JitTier.AvxVnni(), new JitTier.Avx512())) {
      assertTrue(Encodings.all().stream().allMatch(encoding -> tier.bf16Matmul(encoding).isEmpty()), tier.name());
    }
    var rounding = new JitTier.Avx512Bf16();
    List<Encoding> rounded =
        Encodings.all().stream().filter(encoding -> rounding.bf16Matmul(encoding).isPresent()).toList();
    assertEquals(List.of(Encodings.F16, Encodings.BF16), rounded);
    assertTrue(Encodings.all().stream().allMatch(encoding -> rounding.floatMatmul(encoding).isEmpty()));
    assertEquals(Optional.empty(), rounding.q8Matmul(Encodings.Q4_0));
    assertEquals(Optional.empty(), rounding.rowKernels());
  }
}
