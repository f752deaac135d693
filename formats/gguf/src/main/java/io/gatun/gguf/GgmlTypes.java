package io.gatun.gguf;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.UnsupportedModelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The numbers that GGUF files give to encodings. Source: ggml.h enum ggml_type. */
final class GgmlTypes {
  /** A number that was once in use. */
  private record Removed(int number, String name) {}

  private static final List<Removed> REMOVED =
      List.of(
          new Removed(4, "q4_2"),
          new Removed(5, "q4_3"),
          new Removed(31, "q4_0_4_4"),
          new Removed(32, "q4_0_4_8"),
          new Removed(33, "q4_0_8_8"),
          new Removed(36, "iq4_nl_4_4"),
          new Removed(37, "iq4_nl_4_8"),
          new Removed(38, "iq4_nl_8_8"));

  private static final String[] NAMES = {
    "f32", "f16", "q4_0", "q4_1", "", "", "q5_0", "q5_1", "q8_0", "q8_1",
    "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "q8_k", "iq2_xxs", "iq2_xs", "iq3_xxs", "iq1_s",
    "iq4_nl", "iq3_s", "iq2_s", "iq4_xs", "i8", "i16", "i32", "i64", "f64", "iq1_m",
    "bf16", "", "", "", "tq1_0", "tq2_0", "", "", "", "mxfp4",
    "nvfp4", "q1_0", "q2_0"
  };

  private static final Map<Integer, Encoding> BY_NUMBER = byNumber();

  private GgmlTypes() {}

  /**
   * @param where what to name in the message
   * @throws UnsupportedModelException if the number was removed or never known
   */
  static Encoding encoding(int number, String where) {
    var encoding = BY_NUMBER.get(number);
    if (encoding != null) {
      return encoding;
    }
    for (var removed : REMOVED) {
      if (removed.number == number) {
        throw new UnsupportedModelException(
            "%s: has type %d (%s), which was removed from the format; convert the model again"
                .formatted(where, number, removed.name));
      }
    }
    throw new UnsupportedModelException(
        "%s: has unknown type %s, expected 0 to %d; the file is damaged or newer than this program"
            .formatted(where, Integer.toUnsignedString(number), NAMES.length - 1));
  }

  /** The number of an encoding; empty if GGUF has none for it. */
  static OptionalInt number(Encoding encoding) {
    for (int number = 0; number < NAMES.length; number++) {
      if (NAMES[number].equals(encoding.id())) {
        return OptionalInt.of(number);
      }
    }
    return OptionalInt.empty();
  }

  private static Map<Integer, Encoding> byNumber() {
    var map = new HashMap<Integer, Encoding>();
    for (int number = 0; number < NAMES.length; number++) {
      int key = number;
      Encodings.byId(NAMES[number]).ifPresent(encoding -> map.put(key, encoding));
    }
    return Map.copyOf(map);
  }
}
