package io.gatun.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Collects the little-endian fields of a header, with the 64-bit lengths of versions 2 and 3. */
final class HeaderBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  void i8(long value) {
    out.write((int) value);
  }

  void i16(long value) {
    fixed(value, 2);
  }

  void i32(long value) {
    fixed(value, 4);
  }

  void i64(long value) {
    fixed(value, 8);
  }

  void f32(float value) {
    i32(Float.floatToRawIntBits(value));
  }

  void f64(double value) {
    i64(Double.doubleToRawLongBits(value));
  }

  void string(String value) {
    string(value.getBytes(StandardCharsets.UTF_8));
  }

  void string(byte[] value) {
    i64(value.length);
    out.writeBytes(value);
  }

  /** Zeros up to the next multiple of {@code alignment}. */
  void pad(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private void fixed(long value, int count) {
    for (int i = 0; i < count; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }
}
