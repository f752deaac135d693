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
    float value(MemorySegment source, long offset) {
      return source.get(FLOAT, offset);
    }
  },
  F16(2) {
    @Override
    float value(MemorySegment source, long offset) {
      return LittleEndian.half(source, offset);
    }
  },
  /** The upper half of a float32. */
  BF16(2) {
    @Override
    float value(MemorySegment source, long offset) {
      return Float.intBitsToFloat(source.get(SHORT, offset) << 16);
    }
  },
  F64(8) {
    @Override
    float value(MemorySegment source, long offset) {
      return (float) source.get(DOUBLE, offset);
    }
  },
  I8(1) {
    @Override
    float value(MemorySegment source, long offset) {
      return source.get(ValueLayout.JAVA_BYTE, offset);
    }
  },
  I16(2) {
    @Override
    float value(MemorySegment source, long offset) {
      return source.get(SHORT, offset);
    }
  },
  I32(4) {
    @Override
    float value(MemorySegment source, long offset) {
      return (float) source.get(INT, offset);
    }
  },
  I64(8) {
    @Override
    float value(MemorySegment source, long offset) {
      return (float) source.get(LONG, offset);
    }
  };

  private final String id = name().toLowerCase(Locale.ROOT);
  private final int bytes;

  Plain(int bytes) {
    this.bytes = bytes;
  }

  abstract float value(MemorySegment source, long offset);

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
