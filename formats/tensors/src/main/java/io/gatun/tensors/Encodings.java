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
  public static final PlainEncoding U8 = Plain.U8;
  public static final PlainEncoding U16 = Plain.U16;
  public static final PlainEncoding U32 = Plain.U32;
  public static final PlainEncoding U64 = Plain.U64;
  public static final PlainEncoding BOOL = Plain.BOOL;
  public static final PlainEncoding F8_E4M3 = Plain.F8_E4M3;
  public static final PlainEncoding F8_E5M2 = Plain.F8_E5M2;
  public static final PlainEncoding F8_E4M3FNUZ = Plain.F8_E4M3FNUZ;
  public static final PlainEncoding F8_E5M2FNUZ = Plain.F8_E5M2FNUZ;
  public static final PlainEncoding F8_E8M0 = Plain.F8_E8M0;

  /** Pairs of E2M1 numbers in a byte; of which only the size is known are other floats of fewer than 8 bits. */
  public static final PlainEncoding F4 = new F4();

  public static final QuantizedEncoding Q1_0 = new Q1_0();
  public static final QuantizedEncoding Q2_0 = new Q2_0();
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

  public static final QuantizedEncoding IQ1_S = new IQ1_S();
  public static final QuantizedEncoding IQ1_M = new IQ1_M();
  public static final QuantizedEncoding IQ2_XXS = new IQ2_XXS();
  public static final QuantizedEncoding IQ2_XS = new IQ2_XS();
  public static final QuantizedEncoding IQ2_S = new IQ2_S();
  public static final QuantizedEncoding IQ3_XXS = new IQ3_XXS();
  public static final QuantizedEncoding IQ3_S = new IQ3_S();
  public static final QuantizedEncoding IQ4_NL = new IQ4_NL();
  public static final QuantizedEncoding IQ4_XS = new IQ4_XS();
  public static final QuantizedEncoding TQ1_0 = new TQ1_0();
  public static final QuantizedEncoding TQ2_0 = new TQ2_0();
  public static final QuantizedEncoding MXFP4 = new MXFP4();
  public static final QuantizedEncoding NVFP4 = new NVFP4();

  /** Products have activations of this encoding; ggml has no decoder for it either. Size: ggml-common.h. */
  private static final OpaqueEncoding Q8_1 = new OpaqueEncoding("q8_1", 32, 36);

  private static final List<Encoding> ALL =
      List.of(
          F32, F16, BF16, F64, I8, I16, I32, I64,
          Q1_0, Q2_0, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K,
          IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS,
          TQ1_0, TQ2_0, MXFP4, NVFP4, Q8_1);

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
    ALL.forEach(encoding -> index.put(encoding.id(), encoding));
    return Collections.unmodifiableSequencedMap(index);
  }
}
