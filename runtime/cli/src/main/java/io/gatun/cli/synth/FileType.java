package io.gatun.cli.synth;

import static io.gatun.tensors.Encodings.BF16;
import static io.gatun.tensors.Encodings.F16;
import static io.gatun.tensors.Encodings.F32;
import static io.gatun.tensors.Encodings.IQ1_M;
import static io.gatun.tensors.Encodings.IQ1_S;
import static io.gatun.tensors.Encodings.IQ2_S;
import static io.gatun.tensors.Encodings.IQ2_XS;
import static io.gatun.tensors.Encodings.IQ2_XXS;
import static io.gatun.tensors.Encodings.IQ3_S;
import static io.gatun.tensors.Encodings.IQ3_XXS;
import static io.gatun.tensors.Encodings.IQ4_NL;
import static io.gatun.tensors.Encodings.IQ4_XS;
import static io.gatun.tensors.Encodings.MXFP4;
import static io.gatun.tensors.Encodings.NVFP4;
import static io.gatun.tensors.Encodings.Q1_0;
import static io.gatun.tensors.Encodings.Q2_0;
import static io.gatun.tensors.Encodings.Q2_K;
import static io.gatun.tensors.Encodings.Q3_K;
import static io.gatun.tensors.Encodings.Q4_0;
import static io.gatun.tensors.Encodings.Q4_1;
import static io.gatun.tensors.Encodings.Q4_K;
import static io.gatun.tensors.Encodings.Q5_0;
import static io.gatun.tensors.Encodings.Q5_1;
import static io.gatun.tensors.Encodings.Q5_K;
import static io.gatun.tensors.Encodings.Q6_K;
import static io.gatun.tensors.Encodings.Q8_0;
import static io.gatun.tensors.Encodings.TQ1_0;
import static io.gatun.tensors.Encodings.TQ2_0;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.PlainEncoding;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The types of a model file as llama.cpp names and numbers them: each a rule that gives every tensor an encoding. Source
 * of the numbers: llama.h llama_ftype; of the rules: llama-quant.cpp, where it has no importance matrix. One differs:
 * {@code mxfp4} is not for experts alone, so that it can be measured in any shape.
 */
@SuppressWarnings("ImmutableEnumChecker") // encodings are immutable
enum FileType implements SyntheticType {
  TYPE_F32("f32", 0, F32),
  TYPE_F16("f16", 1, F16),
  TYPE_BF16("bf16", 32, BF16),
  TYPE_Q4_0("q4_0", 2, Q4_0),
  TYPE_Q4_1("q4_1", 3, Q4_1),
  TYPE_Q5_0("q5_0", 8, Q5_0),
  TYPE_Q5_1("q5_1", 9, Q5_1),
  TYPE_Q8_0("q8_0", 7, Q8_0),
  TYPE_Q2_K("q2_k", 10, Q2_K),
  TYPE_Q3_K_S("q3_k_s", 11, Q3_K),
  TYPE_Q3_K_M("q3_k_m", 12, Q3_K),
  TYPE_Q3_K_L("q3_k_l", 13, Q3_K),
  TYPE_Q4_K_S("q4_k_s", 14, Q4_K),
  TYPE_Q4_K_M("q4_k_m", 15, Q4_K),
  TYPE_Q5_K_S("q5_k_s", 16, Q5_K),
  TYPE_Q5_K_M("q5_k_m", 17, Q5_K),
  TYPE_Q6_K("q6_k", 18, Q6_K),
  TYPE_IQ1_S("iq1_s", 24, IQ1_S),
  TYPE_IQ1_M("iq1_m", 31, IQ1_M),
  TYPE_IQ2_XXS("iq2_xxs", 19, IQ2_XXS),
  TYPE_IQ2_XS("iq2_xs", 20, IQ2_XS),
  TYPE_IQ2_S("iq2_s", 28, IQ2_XS),
  TYPE_IQ2_M("iq2_m", 29, IQ2_S),
  TYPE_IQ3_XXS("iq3_xxs", 23, IQ3_XXS),
  TYPE_IQ3_S("iq3_s", 26, IQ3_S),
  TYPE_IQ3_M("iq3_m", 27, IQ3_S),
  TYPE_IQ4_NL("iq4_nl", 25, IQ4_NL),
  TYPE_IQ4_XS("iq4_xs", 30, IQ4_XS),
  TYPE_TQ1_0("tq1_0", 36, TQ1_0),
  TYPE_TQ2_0("tq2_0", 37, TQ2_0),
  TYPE_MXFP4("mxfp4", 38, MXFP4),
  TYPE_NVFP4("nvfp4", 39, NVFP4),
  TYPE_Q1_0("q1_0", 40, Q1_0),
  TYPE_Q2_0("q2_0", 41, Q2_0);

  /** What types choose for a role, where that is not their main encoding: loaded after the types. */
  private static final class Mixes {
    /** Types of at most two and a half bits, and what they take where they take a little more. */
    static final Map<FileType, Encoding> TINY =
        Map.of(
            TYPE_IQ1_S, Q2_K, TYPE_IQ1_M, Q2_K, TYPE_IQ2_XXS, Q2_K, TYPE_IQ2_XS, Q2_K, TYPE_IQ2_S, IQ3_S, TYPE_IQ2_M, IQ3_S);

    static final Map<FileType, Encoding> EMBEDDING =
        with(TINY, Map.of(TYPE_IQ3_XXS, IQ3_S, TYPE_TQ1_0, Q4_K, TYPE_TQ2_0, Q4_K));

    static final Map<FileType, Encoding> ATTENTION_OUTPUT =
        Map.of(
            TYPE_Q2_K, Q3_K,
            TYPE_Q3_K_M, Q4_K,
            TYPE_Q3_K_L, Q5_K,
            TYPE_IQ1_S, IQ2_XXS,
            TYPE_IQ1_M, IQ2_XXS,
            TYPE_IQ2_S, IQ3_S,
            TYPE_IQ2_M, IQ3_S,
            TYPE_IQ3_XXS, IQ3_S,
            TYPE_IQ3_M, Q4_K);

    /** Of models with eight experts. */
    static final Map<FileType, Encoding> ATTENTION_OUTPUT_OF_EIGHT =
        all(
            Q5_K,
            Stream.concat(
                TINY.keySet().stream(),
                Stream.of(
                    TYPE_Q2_K, TYPE_Q3_K_S, TYPE_Q3_K_M, TYPE_Q4_K_S, TYPE_Q4_K_M, TYPE_IQ3_XXS, TYPE_IQ3_S, TYPE_IQ3_M,
                    TYPE_IQ4_NL, TYPE_IQ4_XS)));

    static final Map<FileType, Encoding> VALUE =
        with(TINY, Map.of(TYPE_Q2_K, Q3_K, TYPE_Q3_K_L, Q5_K, TYPE_IQ3_XXS, IQ3_S, TYPE_IQ3_M, Q4_K));

    /** Where four or more heads share the values. */
    static final Map<FileType, Encoding> SHARED_VALUE =
        with(
            VALUE,
            with(
                all(Q4_K, Stream.concat(TINY.keySet().stream(), Stream.of(TYPE_Q2_K, TYPE_IQ3_XXS, TYPE_IQ3_S))),
                Map.of(TYPE_IQ4_NL, Q5_K, TYPE_IQ4_XS, Q5_K)));

    static final Map<FileType, Encoding> DOWN =
        Map.of(TYPE_Q2_K, Q3_K, TYPE_Q3_K_M, Q4_K, TYPE_Q3_K_L, Q5_K, TYPE_IQ3_XXS, Q3_K);

    /** Of the first eighth of the layers. */
    static final Map<FileType, Encoding> EARLY_DOWN =
        with(
            with(DOWN, TINY),
            Map.of(TYPE_Q4_K_S, Q5_K, TYPE_IQ3_XXS, Q4_K, TYPE_IQ3_M, Q4_K, TYPE_IQ4_NL, Q5_K, TYPE_IQ4_XS, Q5_K));

    private Mixes() {}

    private static Map<FileType, Encoding> all(Encoding encoding, Stream<FileType> types) {
      return types.collect(Collectors.toUnmodifiableMap(type -> type, _ -> encoding));
    }

    private static Map<FileType, Encoding> with(Map<FileType, Encoding> some, Map<FileType, Encoding> more) {
      var both = new EnumMap<FileType, Encoding>(some);
      both.putAll(more);
      return Collections.unmodifiableMap(both);
    }
  }

  private final String id;
  private final int number;
  private final Encoding main;

  FileType(String id, int number, Encoding main) {
    this.id = id;
    this.number = number;
    this.main = main;
  }

  @Override
  public Written write(Shape shape, long seed, Path out) {
    return SyntheticModel.write(shape, this, seed, out);
  }

  @Override
  public boolean isFolder() {
    return false;
  }

  @Override
  public String id() {
    return id;
  }

  /** The value of {@code general.file_type}. */
  int number() {
    return number;
  }

  /**
   * The encoding of a tensor.
   *
   * @param layer of its block; 0 outside blocks
   * @param cols length of its rows
   */
  Encoding encoding(Role role, Shape shape, int layer, long cols) {
    return switch (role) {
      case ROUTER, GAIN, BIAS, ROPE_DIVISORS -> F32;
      case EMBEDDING, HEAD, QUERY, KEY, VALUE, ATTENTION_OUTPUT, GATE, UP, DOWN ->
          main instanceof PlainEncoding ? main : fitting(mixed(role, shape, layer), cols);
    };
  }

  private Encoding mixed(Role role, Shape shape, int layer) {
    int layers = shape.layers();
    boolean eightExperts = shape.experts().count() == 8;
    return switch (role) {
      case HEAD -> head();
      case EMBEDDING -> shape.head() == Shape.Head.TIED ? head() : Mixes.EMBEDDING.getOrDefault(this, main);
      case QUERY -> TYPE_IQ3_XXS.equals(this) ? IQ2_S : main;
      case KEY -> key(eightExperts);
      case VALUE -> value(shape, layer, layers);
      case ATTENTION_OUTPUT ->
          (eightExperts ? Mixes.ATTENTION_OUTPUT_OF_EIGHT : Mixes.ATTENTION_OUTPUT).getOrDefault(this, main);
      case DOWN -> down(layer, layers);
      case GATE, UP -> main;
      case ROUTER, GAIN, BIAS, ROPE_DIVISORS -> F32;
    };
  }

  private Encoding head() {
    if (TYPE_IQ3_XXS.equals(this) || Mixes.TINY.containsKey(this)) {
      return Q5_K;
    }
    return List.of(Q8_0, MXFP4, NVFP4).contains(main) ? Q8_0 : Q6_K;
  }

  private Encoding key(boolean eightExperts) {
    if (eightExperts) {
      return Mixes.TINY.containsKey(this) ? Q4_K : Q8_0;
    }
    return TYPE_IQ3_XXS.equals(this) ? IQ2_S : main;
  }

  private Encoding value(Shape shape, int layer, int layers) {
    boolean shared = shape.block().heads() / shape.block().headsKv() >= 4;
    if (Mixes.TINY.containsKey(this)) {
      return (shared || shape.experts().count() >= 4 ? Mixes.SHARED_VALUE : Mixes.VALUE).getOrDefault(this, main);
    }
    if (shape.experts().count() == 8) {
      return Q8_0;
    }
    Encoding chosen = valueByLayer(layer, layers, (shared ? Mixes.SHARED_VALUE : Mixes.VALUE).getOrDefault(this, main));
    boolean seventyB = shape.layers() == 80 && shape.block().width() == 8192;
    return seventyB && (chosen.equals(Q3_K) || chosen.equals(Q4_K)) ? Q5_K : chosen;
  }

  private Encoding valueByLayer(int layer, int layers, Encoding usual) {
    if (TYPE_Q3_K_M.equals(this)) {
      return layer < 2 ? Q5_K : Q4_K;
    }
    if (TYPE_Q4_K_S.equals(this)) {
      return layer < 4 ? Q5_K : usual;
    }
    return moreBits() && deservesMore(layer, layers) ? Q6_K : usual;
  }

  private boolean moreBits() {
    return TYPE_Q4_K_M.equals(this) || TYPE_Q5_K_M.equals(this);
  }

  private Encoding down(int layer, int layers) {
    if (moreBits() && deservesMore(layer, layers)) {
      return Q6_K;
    }
    if (TYPE_Q3_K_M.equals(this) && layer < layers / 16) {
      return Q5_K;
    }
    return (layer < layers / 8 ? Mixes.EARLY_DOWN : Mixes.DOWN).getOrDefault(this, main);
  }

  /** The first and the last eighth of the layers, and every third between. */
  private static boolean deservesMore(int layer, int layers) {
    int eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
  }

  /** What llama-quantize takes where rows are no whole number of blocks. */
  private static Encoding fitting(Encoding chosen, long cols) {
    Encoding fits = chosen;
    if (cols % chosen.blockLength() != 0) {
      fits =
          switch (chosen.id()) {
            case "q4_k" -> Q5_0;
            case "q5_k" -> Q5_1;
            case "q6_k" -> Q8_0;
            case "tq1_0", "tq2_0" -> Q4_0;
            default -> IQ4_NL;
          };
    }
    return cols % fits.blockLength() == 0 ? fits : F16;
  }
}
