package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.FLOAT;
import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The catalogue of encoders. Source of the roundings: ggml-quants.c quantize_row_q4_0_ref and quantize_row_q8_0_ref. */
public final class Encoders {
  /** Encodes one block whose ranges were checked. */
  private interface BlockEncoder {
    void encode(float[] source, int start, MemorySegment target, long offset);
  }

  private static final Map<Encoding, Encoder> BY_ENCODING =
      Map.of(
          Encodings.F32, blocks(Encodings.F32, (x, i, out, at) -> out.set(FLOAT, at, x[i])),
          Encodings.F16, blocks(Encodings.F16, (x, i, out, at) -> out.set(SHORT, at, Float.floatToFloat16(x[i]))),
          Encodings.BF16, blocks(Encodings.BF16, (x, i, out, at) -> out.set(SHORT, at, brain(x[i]))),
          Encodings.Q4_0, blocks(Encodings.Q4_0, Encoders::q4_0),
          Encodings.Q8_0, blocks(Encodings.Q8_0, Encoders::q8_0));

  private Encoders() {}

  /** The encoder of an encoding; empty if there is none yet. */
  public static Optional<Encoder> of(Encoding encoding) {
    return Optional.ofNullable(BY_ENCODING.get(encoding));
  }

  private static Encoder blocks(Encoding encoding, BlockEncoder block) {
    return (source, start, target, offset, count) -> {
      Objects.checkFromIndexSize(offset, encoding.bytes(count), target.byteSize());
      Objects.checkFromIndexSize(start, count, source.length);
      long at = offset;
      for (int i = 0; i < count; i += encoding.blockLength(), at += encoding.blockBytes()) {
        block.encode(source, start + i, target, at);
      }
    };
  }

  /** The upper half of a float32, rounded to nearest, ties to even; a NaN stays one. */
  private static short brain(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 64);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /** d = the value of greatest magnitude / −8; code = ⌊x/d + 8.5⌋, at most 15. */
  private static void q4_0(float[] source, int start, MemorySegment target, long offset) {
    float extreme = 0;
    for (int i = 0; i < Q4_0.VALUES; i++) {
      float value = source[start + i];
      extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
    }
    float scale = extreme / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    target.set(SHORT, offset + Q4_0.SCALE, Float.floatToFloat16(scale));
    int half = Q4_0.VALUES / 2;
    for (int i = 0; i < half; i++) {
      int low = Math.min(15, (int) (source[start + i] * inverse + 8.5f));
      int high = Math.min(15, (int) (source[start + half + i] * inverse + 8.5f));
      target.set(ValueLayout.JAVA_BYTE, offset + Q4_0.NIBBLES + i, (byte) (low | (high << 4)));
    }
  }

  /** d = greatest magnitude / 127; code = x/d rounded to nearest, ties away from zero. */
  private static void q8_0(float[] source, int start, MemorySegment target, long offset) {
    float extreme = 0;
    for (int i = 0; i < Q8_0.VALUES; i++) {
      extreme = Math.max(extreme, Math.abs(source[start + i]));
    }
    float scale = extreme / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    target.set(SHORT, offset + Q8_0.SCALE, Float.floatToFloat16(scale));
    for (int i = 0; i < Q8_0.VALUES; i++) {
      float quotient = source[start + i] * inverse;
      int magnitude = (int) (Math.abs(quotient) + 0.5); // exact in double, so that ties are true ties
      target.set(ValueLayout.JAVA_BYTE, offset + Q8_0.CODES + i, (byte) (quotient < 0 ? -magnitude : magnitude));
    }
  }
}
