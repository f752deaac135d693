package io.gatun.gguf;

import java.util.Optional;

/** The types of metadata values. Source: gguf.md gguf_metadata_value_type. */
enum ValueType {
  U8(0, "u8", 1),
  I8(1, "i8", 1),
  U16(2, "u16", 2),
  I16(3, "i16", 2),
  U32(4, "u32", 4),
  I32(5, "i32", 4),
  F32(6, "f32", 4),
  BOOL(7, "bool", 1),
  STRING(8, "str", 0),
  ARRAY(9, "arr", 0),
  U64(10, "u64", 8),
  I64(11, "i64", 8),
  F64(12, "f64", 8);

  private static final ValueType[] ALL = values();

  /** The number in the file. */
  final int number;

  /** As {@link io.gatun.tensors.Metadata.Value#type} names it. */
  final String word;

  /** Bytes of a value; 0 where they vary. */
  final int bytes;

  ValueType(int number, String word, int bytes) {
    this.number = number;
    this.word = word;
    this.bytes = bytes;
  }

  static Optional<ValueType> of(int number) {
    for (var type : ALL) {
      if (type.number == number) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  static Optional<ValueType> of(String word) {
    for (var type : ALL) {
      if (type.word.equals(word)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
