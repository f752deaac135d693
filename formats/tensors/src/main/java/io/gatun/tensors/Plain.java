package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.DOUBLE;
import static io.gatun.tensors.LittleEndian.FLOAT;
import static io.gatun.tensors.LittleEndian.INT;
import static io.gatun.tensors.LittleEndian.LONG;
import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Objects;

/** Single little-endian numbers. What a float32 cannot hold exactly is rounded to the nearest, ties to even. */
enum Plain implements PlainEncoding {
  F32(4) {
    @Override
    public float value(MemorySegment source, long offset) {
      return source.get(FLOAT, offset);
    }
  },
  F16(2) {
    @Override
    public float value(MemorySegment source, long offset) {
      return LittleEndian.half(source, offset);
    }
  },
  /** The upper half of a float32. */
  BF16(2) {
    @Override
    public float value(MemorySegment source, long offset) {
      return Float.intBitsToFloat(source.get(SHORT, offset) << 16);
    }
  },
  F64(8) {
    @Override
    public float value(MemorySegment source, long offset) {
      return (float) source.get(DOUBLE, offset);
    }
  },
  I8(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      return source.get(ValueLayout.JAVA_BYTE, offset);
    }
  },
  I16(2) {
    @Override
    public float value(MemorySegment source, long offset) {
      return source.get(SHORT, offset);
    }
  },
  I32(4) {
    @Override
    public float value(MemorySegment source, long offset) {
      return (float) source.get(INT, offset);
    }
  },
  I64(8) {
    @Override
    public float value(MemorySegment source, long offset) {
      return (float) source.get(LONG, offset);
    }
  },
  U8(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      return LittleEndian.unsignedByte(source, offset);
    }
  },
  U16(2) {
    @Override
    public float value(MemorySegment source, long offset) {
      return Short.toUnsignedInt(source.get(SHORT, offset));
    }
  },
  U32(4) {
    @Override
    public float value(MemorySegment source, long offset) {
      return (float) Integer.toUnsignedLong(source.get(INT, offset));
    }
  },
  U64(8) {
    /** Above 2⁶³ half of it, its lowest bit kept for the rounding, doubled. */
    @Override
    public float value(MemorySegment source, long offset) {
      long value = source.get(LONG, offset);
      return value >= 0 ? (float) value : 2 * (float) (value >>> 1 | value & 1);
    }
  },
  /** A byte, 0 or 1. */
  BOOL(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      return source.get(ValueLayout.JAVA_BYTE, offset) == 0 ? 0 : 1;
    }
  },
  /** Four bits of exponent, three of mantissa; no infinities, 7F and FF are NaN. Source: OCP 8-bit Floating Point 1.0. */
  F8_E4M3(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      int bits = LittleEndian.unsignedByte(source, offset);
      return (bits & 0x7F) == 0x7F ? Float.NaN : SmallFloats.e4m3(bits) * 0x1p8f;
    }
  },
  /** The upper half of a float16. Source: OCP 8-bit Floating Point 1.0. */
  F8_E5M2(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      return Float.float16ToFloat((short) (LittleEndian.unsignedByte(source, offset) << 8));
    }
  },
  /** E4M3 with one more in the bias, no −0, and 80 for NaN, as AMD's MI300 has it. */
  F8_E4M3FNUZ(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      int bits = LittleEndian.unsignedByte(source, offset);
      return bits == 0x80 ? Float.NaN : SmallFloats.e4m3(bits) * 0x1p7f;
    }
  },
  /** E5M2 with one more in the bias, no infinities, no −0, and 80 for NaN, as AMD's MI300 has it. */
  F8_E5M2FNUZ(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      int bits = LittleEndian.unsignedByte(source, offset);
      return bits == 0x80 ? Float.NaN : SmallFloats.e5m2(bits);
    }
  },
  /** A power of two, {@code 2^(bits − 127)}; FF is NaN. Source: OCP Microscaling Formats 1.0. */
  F8_E8M0(1) {
    @Override
    public float value(MemorySegment source, long offset) {
      int bits = LittleEndian.unsignedByte(source, offset);
      return switch (bits) {
        case 0 -> 0x1p-127f;
        case 255 -> Float.NaN;
        default -> Float.intBitsToFloat(bits << 23);
      };
    }
  };

  private final String id = name().toLowerCase(Locale.ROOT);
  private final int bytes;

  Plain(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int blockBytes() {
    return bytes;
  }

  @Override
  public void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("%s: %d values, expected 0 or more".formatted(id, count));
    }
    Objects.checkFromIndexSize(start, count, target.length);
    if (this == F32) {
      MemorySegment.copy(source, FLOAT, offset, target, start, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[start + i] = value(source, offset + (long) i * bytes);
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
