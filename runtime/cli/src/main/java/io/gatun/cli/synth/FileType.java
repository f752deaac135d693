package io.gatun.cli.synth;

import static io.gatun.tensors.Encodings.BF16;
import static io.gatun.tensors.Encodings.F16;
import static io.gatun.tensors.Encodings.F32;
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

import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.PlainEncoding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The types of a model file as llama.cpp names and numbers them: each a rule that gives every tensor an encoding. Source
 * of the numbers: llama.h llama_ftype; of the rules: llama-quant.cpp.
 */
@SuppressWarnings("ImmutableEnumChecker") // encodings are immutable
public enum FileType {
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
  TYPE_Q6_K("q6_k", 18, Q6_K);

  private final String id;
  private final int number;
  private final Encoding main;

  FileType(String id, int number, Encoding main) {
    this.id = id;
    this.number = number;
    this.main = main;
  }

  /**
   * The type of that name, in any case; {@code q3_k}, {@code q4_k} and {@code q5_k} mean the medium mix.
   *
   * @throws UsageException if there is none, listing all
   */
  public static FileType of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (FileType type : values()) {
      if (type.id.equals(lower) || type.id.equals(lower + "_m")) {
        return type;
      }
    }
    throw new UsageException("unknown type '%s': expected one of %s".formatted(name, String.join(", ", names())));
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(FileType::id).toList();
  }

  /** In lower case. */
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
      case EMBEDDING -> shape.head() == Shape.Head.TIED ? head() : main;
      case KEY -> eightExperts ? Q8_0 : main;
      case VALUE -> eightExperts ? Q8_0 : value(shape, layer, layers);
      case ATTENTION_OUTPUT -> eightExperts ? outputOfEight() : attentionOutput();
      case DOWN -> down(layer, layers);
      case QUERY, GATE, UP -> main;
      case ROUTER, GAIN, BIAS, ROPE_DIVISORS -> F32;
    };
  }

  private Encoding head() {
    return main.equals(Q8_0) ? Q8_0 : Q6_K;
  }

  private Encoding value(Shape shape, int layer, int layers) {
    boolean grouped = shape.block().heads() / shape.block().headsKv() >= 4;
    Encoding chosen =
        switch (this) {
          case TYPE_Q2_K -> grouped ? Q4_K : Q3_K;
          case TYPE_Q3_K_M -> layer < 2 ? Q5_K : Q4_K;
          case TYPE_Q3_K_L -> Q5_K;
          case TYPE_Q4_K_S -> layer < 4 ? Q5_K : main;
          case TYPE_Q4_K_M, TYPE_Q5_K_M -> deservesMore(layer, layers) ? Q6_K : main;
          case TYPE_F32, TYPE_F16, TYPE_BF16, TYPE_Q4_0, TYPE_Q4_1, TYPE_Q5_0, TYPE_Q5_1, TYPE_Q8_0, TYPE_Q3_K_S,
              TYPE_Q5_K_S, TYPE_Q6_K -> main;
        };
    boolean seventyB = shape.layers() == 80 && shape.block().width() == 8192;
    return seventyB && (chosen.equals(Q3_K) || chosen.equals(Q4_K)) ? Q5_K : chosen;
  }

  private Encoding attentionOutput() {
    return switch (this) {
      case TYPE_Q2_K -> Q3_K;
      case TYPE_Q3_K_M -> Q4_K;
      case TYPE_Q3_K_L -> Q5_K;
      case TYPE_F32, TYPE_F16, TYPE_BF16, TYPE_Q4_0, TYPE_Q4_1, TYPE_Q5_0, TYPE_Q5_1, TYPE_Q8_0, TYPE_Q3_K_S,
          TYPE_Q4_K_S, TYPE_Q4_K_M, TYPE_Q5_K_S, TYPE_Q5_K_M, TYPE_Q6_K -> main;
    };
  }

  private Encoding outputOfEight() {
    return switch (this) {
      case TYPE_Q2_K, TYPE_Q3_K_S, TYPE_Q3_K_M, TYPE_Q4_K_S, TYPE_Q4_K_M -> Q5_K;
      case TYPE_F32, TYPE_F16, TYPE_BF16, TYPE_Q4_0, TYPE_Q4_1, TYPE_Q5_0, TYPE_Q5_1, TYPE_Q8_0, TYPE_Q3_K_L,
          TYPE_Q5_K_S, TYPE_Q5_K_M, TYPE_Q6_K -> main;
    };
  }

  private Encoding down(int layer, int layers) {
    return switch (this) {
      case TYPE_Q2_K -> Q3_K;
      case TYPE_Q3_K_M -> layer < layers / 16 ? Q5_K : Q4_K;
      case TYPE_Q3_K_L -> Q5_K;
      case TYPE_Q4_K_S -> layer < layers / 8 ? Q5_K : main;
      case TYPE_Q4_K_M, TYPE_Q5_K_M -> deservesMore(layer, layers) ? Q6_K : main;
      case TYPE_F32, TYPE_F16, TYPE_BF16, TYPE_Q4_0, TYPE_Q4_1, TYPE_Q5_0, TYPE_Q5_1, TYPE_Q8_0, TYPE_Q3_K_S,
          TYPE_Q5_K_S, TYPE_Q6_K -> main;
    };
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
            default -> Encodings.byId("iq4_nl").orElseThrow();
          };
    }
    return cols % fits.blockLength() == 0 ? fits : F16;
  }
}
