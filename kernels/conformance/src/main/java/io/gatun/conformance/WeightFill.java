package io.gatun.conformance;

import io.gatun.device.RandomBlocks;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/** What the bytes of a matrix are. */
public enum WeightFill {
  /** Random, with values of ordinary size. */
  ORDINARY,
  /** Random, with tiny values: subnormal scales. */
  TINY,
  /** Random bytes, scales that are infinite or not numbers among them. */
  ANY,
  /** Bytes of 0. */
  ZERO_BYTES,
  /** Values of −0. */
  NEGATIVE_ZEROS,
  /** Ordinary scales; all code bytes 0: mostly the least code. */
  CODES_00(_ -> 0x00),
  /** All code bits 1. */
  CODES_FF(_ -> 0xFF),
  /** −128 and 127 as bytes, and for 4-bit codes their least and greatest beside 0. */
  CODES_80(_ -> 0x80),
  CODES_7F(_ -> 0x7F),
  /** The middle of 4-bit codes, which often means 0, with scales of both signs. */
  CODES_88(_ -> 0x88),
  /** Least and greatest codes in turn, at several periods. */
  CODES_00_FF(i -> i % 2 == 0 ? 0x00 : 0xFF),
  CODES_0F_F0(i -> i % 2 == 0 ? 0x0F : 0xF0),
  CODES_80_80_7F_7F(i -> i % 4 < 2 ? 0x80 : 0x7F);

  private static final RandomBlocks TINY_BLOCKS = new RandomBlocks(Float.MIN_VALUE, 1e-4f);
  private final IntUnaryOperator code;

  WeightFill() {
    this(IntUnaryOperator.identity());
  }

  WeightFill(IntUnaryOperator code) {
    this.code = code;
  }

  /** The fills that an encoding can have. */
  static List<WeightFill> of(Encoding encoding) {
    return Arrays.stream(values()).filter(fill -> fill.fits(encoding)).toList();
  }

  private boolean fits(Encoding encoding) {
    return switch (this) {
      case ORDINARY, ANY, ZERO_BYTES -> true;
      case TINY -> TINY_BLOCKS.has(encoding, new SplittableRandom(1));
      case NEGATIVE_ZEROS -> isNegativeZero(encoding);
      case CODES_00, CODES_FF, CODES_80, CODES_7F, CODES_88, CODES_00_FF, CODES_0F_F0, CODES_80_80_7F_7F ->
          encoding instanceof QuantizedEncoding;
    };
  }

  /** Whether the bit pattern of the sign alone is −0. */
  private static boolean isNegativeZero(Encoding encoding) {
    var value = new float[encoding.blockLength()];
    encoding.decode(signBits(encoding), 0, value, 0, value.length);
    return encoding.blockLength() == 1 && Float.floatToRawIntBits(value[0]) == Float.floatToRawIntBits(-0f);
  }

  private static MemorySegment signBits(Encoding encoding) {
    var block = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
    block.set(ValueLayout.JAVA_BYTE, encoding.blockBytes() - 1L, (byte) 0x80);
    return block;
  }

  /**
   * Writes whole blocks.
   *
   * @throws IllegalArgumentException if the encoding cannot have this fill
   */
  void fill(Encoding encoding, MemorySegment bytes, RandomGenerator random) {
    switch (this) {
      case ORDINARY -> RandomBlocks.ORDINARY.fill(encoding, bytes, random);
      case TINY -> TINY_BLOCKS.fill(encoding, bytes, random);
      case ANY -> {
        var any = new byte[Math.toIntExact(bytes.byteSize())];
        random.nextBytes(any);
        bytes.copyFrom(MemorySegment.ofArray(any));
      }
      case ZERO_BYTES -> bytes.fill((byte) 0);
      case NEGATIVE_ZEROS -> {
        MemorySegment block = signBits(encoding);
        for (long at = 0; at < bytes.byteSize(); at += block.byteSize()) {
          MemorySegment.copy(block, 0, bytes, at, block.byteSize());
        }
      }
      case CODES_00, CODES_FF, CODES_80, CODES_7F, CODES_88, CODES_00_FF, CODES_0F_F0, CODES_80_80_7F_7F ->
          fillCodes(encoding, bytes, random);
    }
  }

  private void fillCodes(Encoding encoding, MemorySegment bytes, RandomGenerator random) {
    boolean[] isCode =
        switch (encoding) {
          case QuantizedEncoding quantized -> CodeBytes.of(quantized);
          case PlainEncoding _, OpaqueEncoding _ ->
              throw new IllegalArgumentException("%s has no codes to fill with %s".formatted(encoding.id(), this));
        };
    RandomBlocks.ORDINARY.fill(encoding, bytes, random);
    for (long i = 0; i < bytes.byteSize(); i++) {
      int inBlock = (int) (i % encoding.blockBytes());
      if (isCode[inBlock]) {
        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) code.applyAsInt(inBlock));
      }
    }
  }
}
