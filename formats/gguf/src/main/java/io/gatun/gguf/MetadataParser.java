package io.gatun.gguf;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Shown;
import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Reads the key-value pairs. What it builds on the heap is bounded by {@link #MAX_ELEMENTS} and {@link #MAX_TEXT_BYTES},
 * whatever the file says and however large it is.
 */
final class MetadataParser {
  static final int MAX_KEYS = 1 << 14;
  static final int MAX_KEY_BYTES = (1 << 16) - 1;

  /** For all arrays together; the largest vocabularies have 300,000 tokens, with scores and types, and 600,000 merges. */
  static final int MAX_ELEMENTS = 1 << 22;

  /** Room for a tokenizer.json of 34 MB, as some files carry. */
  static final int MAX_TEXT_BYTES = 1 << 26;

  private final Cursor cursor;
  private int elementsLeft = MAX_ELEMENTS;
  private int textBytesLeft = MAX_TEXT_BYTES;

  MetadataParser(Cursor cursor) {
    this.cursor = cursor;
  }

  SequencedMap<String, Metadata.Value> parse(int count) {
    var values = new LinkedHashMap<String, Metadata.Value>();
    for (int i = 0; i < count; i++) {
      cursor.enter("metadata pair %d of %d".formatted(i + 1, count));
      String key = cursor.name("key", Math.min(MAX_KEY_BYTES, textBytesLeft));
      textBytesLeft -= key.length();
      cursor.enter("key " + Shown.of(key));
      if (values.put(key, value()) != null) {
        throw cursor.failure("occurs twice");
      }
    }
    return values;
  }

  private Metadata.Value value() {
    var type = type("type");
    return type == ValueType.ARRAY ? array() : new Metadata.Value(type.word, scalar(type));
  }

  private ValueType type(String what) {
    int number = cursor.i32();
    return ValueType.of(number)
        .orElseThrow(
            () ->
                cursor.failure(
                    "the %s at byte %d is %s, expected 0 to 12"
                        .formatted(what, cursor.position() - 4, Integer.toUnsignedString(number))));
  }

  private Object scalar(ValueType type) {
    return switch (type) {
      case U8, I8, U16, I16, U32, I32, U64, I64 -> integer(type);
      case F32 -> (double) cursor.f32();
      case F64 -> cursor.f64();
      case BOOL -> cursor.bool();
      case STRING -> text();
      case ARRAY -> throw new IllegalArgumentException("an array is no scalar");
    };
  }

  private String text() {
    byte[] stored = cursor.string(textBytesLeft);
    textBytesLeft -= stored.length;
    return new String(stored, StandardCharsets.UTF_8);
  }

  private long integer(ValueType type) {
    return switch (type) {
      case U8 -> Byte.toUnsignedLong(cursor.i8());
      case I8 -> cursor.i8();
      case U16 -> Short.toUnsignedLong(cursor.i16());
      case I16 -> cursor.i16();
      case U32 -> Integer.toUnsignedLong(cursor.i32());
      case I32 -> cursor.i32();
      case U64, I64 -> cursor.i64();
      case F32, F64, BOOL, STRING, ARRAY -> throw new IllegalArgumentException(type + " is no integer");
    };
  }

  private Metadata.Value array() {
    var type = type("element type");
    if (type == ValueType.ARRAY) {
      throw cursor.failure("is an array of arrays, expected an array of single values");
    }
    int bytesEach = type == ValueType.STRING ? cursor.wordBytes() : type.bytes;
    int count = cursor.count("elements", bytesEach, elementsLeft);
    elementsLeft -= count;
    return new Metadata.Value("arr[" + type.word + "]", elements(type, count));
  }

  private Object elements(ValueType type, int count) {
    return switch (type) {
      case I32 -> widened(cursor.ints(count));
      case U8, I8, U16, I16, U32, U64, I64 -> {
        var integers = new long[count];
        for (int i = 0; i < count; i++) {
          integers[i] = integer(type);
        }
        yield integers;
      }
      case F32 -> cursor.floats(count);
      case F64 -> {
        var doubles = new double[count];
        for (int i = 0; i < count; i++) {
          doubles[i] = cursor.f64();
        }
        yield doubles;
      }
      case BOOL -> {
        var booleans = new boolean[count];
        for (int i = 0; i < count; i++) {
          booleans[i] = cursor.bool();
        }
        yield booleans;
      }
      case STRING -> strings(count);
      case ARRAY -> throw new IllegalArgumentException("nested array");
    };
  }

  private static long[] widened(int[] numbers) {
    var widened = new long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      widened[i] = numbers[i];
    }
    return widened;
  }

  /** One pass finds where the strings end, then their whole region is copied at once. */
  private Utf8Strings strings(int count) {
    long start = cursor.position();
    var ends = new int[count];
    for (int i = 0; i < count; i++) {
      textBytesLeft -= cursor.skipString(textBytesLeft);
      ends[i] = (int) (cursor.position() - start); // ≤ MAX_TEXT_BYTES + 8·MAX_ELEMENTS < 2³¹
    }
    return new Utf8Strings(cursor.copy(start, cursor.position()), ends, cursor.wordBytes());
  }
}
