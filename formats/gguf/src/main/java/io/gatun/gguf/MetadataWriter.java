package io.gatun.gguf;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.util.List;
import java.util.Map;

/** Writes key-value pairs in the very types that their {@link Metadata.Value#type} names. */
final class MetadataWriter {
  private final HeaderBytes out;

  MetadataWriter(HeaderBytes out) {
    this.out = out;
  }

  void write(Map<String, Metadata.Value> values) {
    values.forEach(
        (key, value) -> {
          out.string(key);
          try {
            write(value);
          } catch (ClassCastException e) {
            throw new IllegalArgumentException(
                "key %s: %s cannot hold a %s".formatted(key, value.type(), value.content().getClass().getSimpleName()),
                e);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("key %s: %s".formatted(key, e.getMessage()), e);
          }
        });
  }

  private void write(Metadata.Value value) {
    String word = value.type();
    if (word.startsWith("arr[") && word.endsWith("]")) {
      var element = type(word.substring(4, word.length() - 1));
      out.i32(ValueType.ARRAY.number);
      out.i32(element.number);
      array(element, value.content());
    } else {
      var type = type(word);
      out.i32(type.number);
      scalar(type, value.content());
    }
  }

  private static ValueType type(String word) {
    return ValueType.of(word)
        .orElseThrow(() -> new IllegalArgumentException("type " + word + " is unknown, expected one like u32"));
  }

  private void scalar(ValueType type, Object content) {
    switch (type) {
      case U8, I8, U16, I16, U32, I32, U64, I64 -> integer(type, (Long) content);
      case F32 -> out.f32(((Double) content).floatValue());
      case F64 -> out.f64((Double) content);
      case BOOL -> out.i8((Boolean) content ? 1 : 0);
      case STRING -> out.string((String) content);
      case ARRAY -> throw new IllegalArgumentException("type arr lacks its element type, as in arr[u32]");
    }
  }

  private void integer(ValueType type, long value) {
    switch (type) {
      case U8 -> out.i8(inRange(type, value, 0, 0xFF));
      case I8 -> out.i8(inRange(type, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case U16 -> out.i16(inRange(type, value, 0, 0xFFFF));
      case I16 -> out.i16(inRange(type, value, Short.MIN_VALUE, Short.MAX_VALUE));
      case U32 -> out.i32(inRange(type, value, 0, 0xFFFF_FFFFL));
      case I32 -> out.i32(inRange(type, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case U64, I64 -> out.i64(value);
      case F32, F64, BOOL, STRING, ARRAY -> throw new IllegalArgumentException(type.word + " is no integer");
    }
  }

  private static long inRange(ValueType type, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException("%d does not fit %s".formatted(value, type.word));
    }
    return value;
  }

  private void array(ValueType element, Object content) {
    switch (element) {
      case U8, I8, U16, I16, U32, I32, U64, I64 -> {
        var integers = (long[]) content;
        out.i64(integers.length);
        for (long integer : integers) {
          integer(element, integer);
        }
      }
      case F32 -> {
        var floats = (float[]) content;
        out.i64(floats.length);
        for (float number : floats) {
          out.f32(number);
        }
      }
      case F64 -> {
        var doubles = (double[]) content;
        out.i64(doubles.length);
        for (double number : doubles) {
          out.f64(number);
        }
      }
      case BOOL -> {
        var booleans = (boolean[]) content;
        out.i64(booleans.length);
        for (boolean flag : booleans) {
          out.i8(flag ? 1 : 0);
        }
      }
      case STRING -> strings(content);
      case ARRAY -> throw new IllegalArgumentException("arrays of arrays cannot be stored");
    }
  }

  private void strings(Object content) {
    var strings =
        switch (content) {
          case Utf8Strings raw -> raw;
          case String[] texts -> Utf8Strings.of(List.of(texts));
          default -> throw new ClassCastException("no strings");
        };
    out.i64(strings.size());
    for (int i = 0; i < strings.size(); i++) {
      out.string(strings.bytes(i));
    }
  }
}
