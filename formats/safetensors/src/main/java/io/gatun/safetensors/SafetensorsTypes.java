package io.gatun.safetensors;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.OpaqueEncoding;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The names that safetensors files give to types. Source: safetensors, tensor.rs enum Dtype. */
final class SafetensorsTypes {
  private static final SequencedMap<String, Encoding> BY_NAME = byName();

  private SafetensorsTypes() {}

  /** Empty if there is no such type. */
  static Optional<Encoding> encoding(String dtype) {
    return Optional.ofNullable(BY_NAME.get(dtype));
  }

  /** The name of an encoding; empty if the format has none for it. */
  static Optional<String> name(Encoding encoding) {
    return BY_NAME.entrySet().stream().filter(entry -> entry.getValue().equals(encoding)).map(Map.Entry::getKey).findFirst();
  }

  /** All names, for messages. */
  static String names() {
    return String.join(" ", BY_NAME.keySet());
  }

  private static SequencedMap<String, Encoding> byName() {
    var map = new LinkedHashMap<String, Encoding>();
    map.put("F64", Encodings.F64);
    map.put("F32", Encodings.F32);
    map.put("F16", Encodings.F16);
    map.put("BF16", Encodings.BF16);
    map.put("I64", Encodings.I64);
    map.put("I32", Encodings.I32);
    map.put("I16", Encodings.I16);
    map.put("I8", Encodings.I8);
    map.put("U64", Encodings.U64);
    map.put("U32", Encodings.U32);
    map.put("U16", Encodings.U16);
    map.put("U8", Encodings.U8);
    map.put("BOOL", Encodings.BOOL);
    map.put("F8_E4M3", Encodings.F8_E4M3);
    map.put("F8_E5M2", Encodings.F8_E5M2);
    map.put("F8_E4M3FNUZ", Encodings.F8_E4M3FNUZ);
    map.put("F8_E5M2FNUZ", Encodings.F8_E5M2FNUZ);
    map.put("F8_E8M0", Encodings.F8_E8M0);
    map.put("F4", Encodings.F4);
    map.put("F6_E2M3", new OpaqueEncoding("f6_e2m3", 4, 3));
    map.put("F6_E3M2", new OpaqueEncoding("f6_e3m2", 4, 3));
    map.put("C64", new OpaqueEncoding("c64", 1, 8));
    return Collections.unmodifiableSequencedMap(map);
  }
}
