package io.gatun.jit;

import io.gatun.device.Hardware;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The forms in which machine code is written, by the instructions that they need: the weakest first. AVX2 has run on
 * processors; the others have been computed by an emulator so far, and are taken where their kernels pass the self-check.
 */
enum Isa {
  AVX2("jit", 256, 16, false, List.of("avx2", "fma", "f16c")),

  /** With {@link Op#VPDPBUSD}. */
  AVXVNNI("jit-avxvnni", 256, 16, true, withAvx2("avx_vnni")),

  /** With {@link Op#VPDPBUSD}, and vectors and registers twice as large and as many. */
  AVX512(
      "jit-avx512", 512, 32, true, withAvx2("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni")),

  /** With {@link Op#VDPBF16PS}: only for floats that are rounded to bf16. */
  AVX512BF16(
      "jit-avx512bf16", 512, 32, true, withAvx2("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16"));

  private static final String PROPERTY = "gatun.jit.isa";

  /** The name of the tier whose kernels have this form. */
  final String tier;

  /** Bits of a vector. */
  final int bits;

  /** Vector registers. */
  final int registers;

  /** Whether four products of bytes are added to a 32-bit lane at once. */
  final boolean hasDots;

  @SuppressWarnings("ImmutableEnumChecker") // a list that cannot be changed
  private final List<String> flags;

  Isa(String tier, int bits, int registers, boolean hasDots, List<String> flags) {
    this.tier = tier;
    this.bits = bits;
    this.registers = registers;
    this.hasDots = hasDots;
    this.flags = flags;
  }

  private static List<String> withAvx2(String... others) {
    return Stream.concat(Stream.of("avx2", "fma", "f16c"), Arrays.stream(others)).toList();
  }

  /** The word users write. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The strongest form that may be used: {@code -Dgatun.jit.isa}.
   *
   * @throws IllegalArgumentException for an unknown word, listing the known ones
   */
  static Isa cap() {
    String word = System.getProperty(PROPERTY, AVX512BF16.id());
    return Arrays.stream(values())
        .filter(isa -> isa.id().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "-D%s=%s: expected %s"
                        .formatted(PROPERTY, word, Arrays.stream(values()).map(Isa::id).collect(Collectors.joining("|")))));
  }

  /** What speaks against this form here, if anything: the cap, or instructions that the processor lacks. */
  Optional<String> obstacle(Hardware hardware) {
    Isa cap = cap();
    if (compareTo(cap) > 0) {
      return Optional.of("machine code is capped at %s by -D%s".formatted(cap.id(), PROPERTY));
    }
    List<String> missing = flags.stream().filter(flag -> !hardware.isa().contains(flag)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("this processor has no " + String.join(", ", missing));
  }

  /** Bytes of a vector. */
  int bytes() {
    return bits / Byte.SIZE;
  }

  /** 32-bit lanes of a vector. */
  int lanes() {
    return bits / Integer.SIZE;
  }

  /** Strips of eight rows that share a vector. */
  int strips() {
    return lanes() / Emitter.ROWS;
  }

  /** The form of an encoding's strips: dots alone, without larger vectors, save them no instructions. */
  Isa ofStrips(BlockCode block) {
    return bits > AVX2.bits && block.canBeDoubled() ? this : AVX2;
  }

  /** Whether codes are signed and become unsigned for dots, 128 larger. */
  boolean offsets(Shape shape) {
    return hasDots && shape.isSigned();
  }

  /** How products are computed of codes of a shape. */
  Shape shape(Shape shape) {
    return offsets(shape) ? shape.offset() : shape;
  }
}
