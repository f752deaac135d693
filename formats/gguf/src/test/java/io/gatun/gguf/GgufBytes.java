package io.gatun.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Spells a GGUF file field by field, of any version, right or wrong; independent of the writer under test. */
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int lengthBytes;

  private GgufBytes(int lengthBytes) {
    this.lengthBytes = lengthBytes;
  }

  static GgufBytes version(int version, long tensors, long pairs) {
    var bytes = new GgufBytes(version == 1 ? 4 : 8);
    return bytes.ascii("GGUF").i32(version).length(tensors).length(pairs);
  }

  static GgufBytes empty() {
    return new GgufBytes(8);
  }

  GgufBytes ascii(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  GgufBytes raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  GgufBytes fixed(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  GgufBytes i8(int value) {
    return fixed(value, 1);
  }

  GgufBytes i16(int value) {
    return fixed(value, 2);
  }

  GgufBytes i32(int value) {
    return fixed(value, 4);
  }

  GgufBytes i64(long value) {
    return fixed(value, 8);
  }

  GgufBytes f32(float value) {
    return i32(Float.floatToRawIntBits(value));
  }

  GgufBytes length(long value) {
    return fixed(value, lengthBytes);
  }

  GgufBytes string(String text) {
    return length(text.getBytes(StandardCharsets.UTF_8).length).ascii(text);
  }

  /** The start of a pair; the value follows. */
  GgufBytes key(String key, ValueType type) {
    return string(key).i32(type.number);
  }

  GgufBytes array(String key, ValueType element, long count) {
    return key(key, ValueType.ARRAY).i32(element.number).length(count);
  }

  GgufBytes tensor(String name, int type, long offset, long... dims) {
    string(name).i32(dims.length);
    for (long dim : dims) {
      length(dim);
    }
    return i32(type).i64(offset);
  }

  GgufBytes padTo(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
    return this;
  }

  GgufBytes zeros(int count) {
    return raw(new byte[count]);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  Path write(Path folder, String name) throws IOException {
    return Files.write(folder.resolve(name), bytes());
  }

  /** A small valid file with every type of value, as version 1, 2 or 3. */
  static byte[] everyType(int version) {
    var file = version(version, 2, 27);
    for (var type : ValueType.values()) {
      if (type != ValueType.ARRAY) {
        file.key("one." + type.word, type);
        value(file, type, 3);
        file.array("many." + type.word, type, 2);
        value(file, type, 1);
        value(file, type, 0);
      }
    }
    file.array("none", ValueType.STRING, 0);
    file.key("general.alignment", ValueType.U32).i32(16);
    file.key("snow", ValueType.STRING).string("❄ is cold");
    file.tensor("a.weight", 0, 0, 3, 2); // f32 [2, 3]
    file.tensor("b.weight", 2, 32, 32); // q4_0 [32]
    file.padTo(16);
    for (int i = 0; i < 6; i++) {
      file.f32(i + 0.5f);
    }
    return file.padTo(16).i16(0x3C00).zeros(16).bytes();
  }

  private static void value(GgufBytes file, ValueType type, int value) {
    switch (type) {
      case U8, I8 -> file.i8(-value);
      case U16, I16 -> file.i16(-value);
      case U32, I32 -> file.i32(-value);
      case U64, I64 -> file.i64(-value);
      case F32 -> file.f32(value + 0.25f);
      case F64 -> file.i64(Double.doubleToRawLongBits(value + 0.1));
      case BOOL -> file.i8(value & 1);
      case STRING -> file.string("text " + value);
      case ARRAY -> throw new IllegalArgumentException("no value");
    }
  }
}
