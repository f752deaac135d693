package io.gatun.tensors;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SequencedMap;

/**
 * The catalogue of encodings. All are immutable and thread-safe; each exists once, so that {@code ==} tells them apart.
 */
public final class Encodings {
  public static final PlainEncoding F32 = Plain.F32;
  public static final PlainEncoding F16 = Plain.F16;
  public static final PlainEncoding BF16 = Plain.BF16;
  public static final PlainEncoding F64 = Plain.F64;
  public static final PlainEncoding I8 = Plain.I8;
  public static final PlainEncoding I16 = Plain.I16;
  public static final PlainEncoding I32 = Plain.I32;
  public static final PlainEncoding I64 = Plain.I64;

  public static final QuantizedEncoding Q4_0 = new Q4_0();
  public static final QuantizedEncoding Q4_1 = new Q4_1();
  public static final QuantizedEncoding Q5_0 = new Q5_0();
  public static final QuantizedEncoding Q5_1 = new Q5_1();
  public static final QuantizedEncoding Q8_0 = new Q8_0();
  public static final QuantizedEncoding Q2_K = new Q2_K();
  public static final QuantizedEncoding Q3_K = new Q3_K();
  public static final QuantizedEncoding Q4_K = new Q4_K();
  public static final QuantizedEncoding Q5_K = new Q5_K();
  public static final QuantizedEncoding Q6_K = new Q6_K();
  public static final QuantizedEncoding Q8_K = new Q8_K();

  /** Known by size only: a decoder replaces its line. Sizes: ggml-common.h. */
  private static final List<OpaqueEncoding> OPAQUE =
      List.of(
          new OpaqueEncoding("q8_1", 32, 36),
          new OpaqueEncoding("iq2_xxs", 256, 66),
          new OpaqueEncoding("iq2_xs", 256, 74),
          new OpaqueEncoding("iq2_s", 256, 82),
          new OpaqueEncoding("iq3_xxs", 256, 98),
          new OpaqueEncoding("iq3_s", 256, 110),
          new OpaqueEncoding("iq1_s", 256, 50),
          new OpaqueEncoding("iq1_m", 256, 56),
          new OpaqueEncoding("iq4_nl", 32, 18),
          new OpaqueEncoding("iq4_xs", 256, 136),
          new OpaqueEncoding("tq1_0", 256, 54),
          new OpaqueEncoding("tq2_0", 256, 66),
          new OpaqueEncoding("mxfp4", 32, 17),
          new OpaqueEncoding("nvfp4", 64, 36),
          new OpaqueEncoding("q1_0", 128, 18),
          new OpaqueEncoding("q2_0", 64, 18));

  private static final SequencedMap<String, Encoding> BY_ID = index();

  private Encodings() {}

  /** Every encoding: the plain ones, the quantized ones, then those known by size only. */
  public static SequencedCollection<Encoding> all() {
    return BY_ID.sequencedValues();
  }

  /**
   * @param id as {@link Encoding#id}
   * @return empty if there is no such encoding
   */
  public static Optional<Encoding> byId(String id) {
    return Optional.ofNullable(BY_ID.get(id));
  }

  private static SequencedMap<String, Encoding> index() {
    var index = new LinkedHashMap<String, Encoding>();
    List.of(Plain.values()).forEach(plain -> index.put(plain.id(), plain));
    List.of(Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K)
        .forEach(quantized -> index.put(quantized.id(), quantized));
    OPAQUE.forEach(opaque -> index.put(opaque.id(), opaque));
    return Collections.unmodifiableSequencedMap(index);
  }
}
