package io.gatun.conformance;

import io.gatun.device.RandomBlocks;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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
  CODES_00(0),
  /** All code bits 1. */
  CODES_FF(0xFFFFFFFF),
  /** −128 and 127 as bytes, and for 4-bit codes their least and greatest beside 0. */
  CODES_80(0x80808080),
  CODES_7F(0x7F7F7F7F),
  /** The middle of 4-bit codes, which often means 0, with scales of both signs. */
  CODES_88(0x88888888),
  /** Least and greatest codes in turn, at several periods. */
  CODES_00_FF(0xFF00FF00),
  CODES_0F_F0(0xF00FF00F),
  CODES_80_80_7F_7F(0x7F7F8080);

  private static final RandomBlocks TINY_BLOCKS = new RandomBlocks(Float.MIN_VALUE, 1e-4f);

  /** Four bytes of codes, the first one in the lowest bits. */
  private final int pattern;

  WeightFill() {
    this(0);
  }

  WeightFill(int pattern) {
    this.pattern = pattern;
  }

  /** The fills that an encoding can have. */
  static List<WeightFill> of(Encoding encoding) {
    return Arrays.stream(values()).filter(fill -> fill.fits(encoding)).toList();
  }

  private boolean fits(Encoding encoding) {
    return switch (this) {
      case ORDINARY, ANY, ZERO_BYTES -> true;
      case TINY -> encoding instanceof MatrixEncoding || TINY_BLOCKS.has(encoding, new SplittableRandom(1));
      case NEGATIVE_ZEROS -> !(encoding instanceof MatrixEncoding) && isNegativeZero(encoding);
      case CODES_00, CODES_FF, CODES_80, CODES_7F, CODES_88, CODES_00_FF, CODES_0F_F0, CODES_80_80_7F_7F ->
          encoding instanceof QuantizedEncoding || encoding instanceof MatrixEncoding;
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
      case ANY -> fillAny(bytes, random);
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

  /** Fills a plane of codes, and returns it. */
  MemorySegment codes(MemorySegment plane, RandomGenerator random) {
    switch (this) {
      case ORDINARY, TINY, ANY, NEGATIVE_ZEROS -> fillAny(plane, random);
      case ZERO_BYTES -> plane.fill((byte) 0);
      case CODES_00, CODES_FF, CODES_80, CODES_7F, CODES_88, CODES_00_FF, CODES_0F_F0, CODES_80_80_7F_7F -> {
        for (long i = 0; i < plane.byteSize(); i++) {
          plane.set(ValueLayout.JAVA_BYTE, i, (byte) (pattern >>> (8 * (i % 4))));
        }
      }
    }
    return plane;
  }

  /** Fills a plane of numbers, or of integers that stand for some, and returns it. */
  MemorySegment numbers(PlainEncoding type, MemorySegment plane, RandomGenerator random) {
    switch (this) {
      case TINY -> {
        fillAny(plane, random);
        for (long at = type.blockBytes() - 1L; at < plane.byteSize(); at += type.blockBytes()) {
          plane.set(ValueLayout.JAVA_BYTE, at, (byte) 0); // the exponent's highest bits
        }
      }
      case ANY -> fillAny(plane, random);
      case ZERO_BYTES -> plane.fill((byte) 0);
      case ORDINARY, NEGATIVE_ZEROS, CODES_00, CODES_FF, CODES_80, CODES_7F, CODES_88, CODES_00_FF, CODES_0F_F0,
          CODES_80_80_7F_7F -> {
        if (type.equals(Encodings.I32)) {
          fillAny(plane, random);
        } else {
          PlaneKind.fillOrdinary(type, plane, random);
        }
      }
    }
    return plane;
  }

  private static void fillAny(MemorySegment plane, RandomGenerator random) {
    var any = new byte[Math.toIntExact(plane.byteSize())];
    random.nextBytes(any);
    plane.copyFrom(MemorySegment.ofArray(any));
  }

  private void fillCodes(Encoding encoding, MemorySegment bytes, RandomGenerator random) {
    boolean[] isCode =
        switch (encoding) {
          case QuantizedEncoding quantized -> CodeBytes.of(quantized);
          case PlainEncoding _, OpaqueEncoding _, MatrixEncoding _ ->
              throw new IllegalArgumentException("%s has no codes to fill with %s".formatted(encoding.id(), this));
        };
    RandomBlocks.ORDINARY.fill(encoding, bytes, random);
    for (long i = 0; i < bytes.byteSize(); i++) {
      int inBlock = (int) (i % encoding.blockBytes());
      if (isCode[inBlock]) {
        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (pattern >>> (8 * (inBlock % 4))));
      }
    }
  }
}
