package io.gatun.cli.synth;

import io.gatun.cli.synth.Shape.Block;
import io.gatun.cli.synth.Shape.Experts;
import io.gatun.cli.synth.Shape.Family;
import io.gatun.cli.synth.Shape.Head;
import io.gatun.cli.synth.Shape.Rope;
import io.gatun.cli.synth.Shape.Words;
import io.gatun.cli.terminal.UsageException;
import java.util.List;

/** The catalogue of shapes. Source of the numbers: the {@code config.json} of each model. */
public final class Shapes {
  private static final Rope LLAMA_2 = new Rope(10_000, 0);
  private static final Rope LLAMA_3 = new Rope(500_000, 0);
  private static final Rope LLAMA_3_1 = new Rope(500_000, 8);
  private static final Rope LLAMA_3_2 = new Rope(500_000, 32);
  private static final Rope MILLION = new Rope(1_000_000, 0);

  private static final List<Shape> ALL =
      List.of(
          llama("stories-15m", "stories15M of llama2.c", new Block(288, 768, 6, 6, 48), 6, 256).build(Head.TIED),
          llama("stories-110m", "stories110M of llama2.c", new Block(768, 2048, 12, 12, 64), 12, 1024).build(Head.TIED),
          llama("llama-1b", "TinyLlama 1.1B", new Block(2048, 5632, 32, 4, 64), 22, 2048).build(Head.OWN),
          llama("llama-7b", "Llama 2 7B", new Block(4096, 11008, 32, 32, 128), 32, 4096).build(Head.OWN),
          llama("llama-13b", "Llama 2 13B", new Block(5120, 13824, 40, 40, 128), 40, 4096).build(Head.OWN),
          llama3("llama-3-8b", "Llama 3 8B", new Block(4096, 14336, 32, 8, 128), 32, 8192).rope(LLAMA_3).build(Head.OWN),
          llama3("llama-8b", "Llama 3.1 8B", new Block(4096, 14336, 32, 8, 128), 32, 131_072).build(Head.OWN),
          llama3("llama-70b", "Llama 3.1 70B", new Block(8192, 28672, 64, 8, 128), 80, 131_072).build(Head.OWN),
          llama3("llama-3.2-1b", "Llama 3.2 1B", new Block(2048, 8192, 32, 8, 64), 16, 131_072).rope(LLAMA_3_2).build(Head.TIED),
          llama3("llama-3.2-3b", "Llama 3.2 3B", new Block(3072, 8192, 24, 8, 128), 28, 131_072).rope(LLAMA_3_2).build(Head.TIED),
          llama("mistral-7b", "Mistral 7B v0.3", new Block(4096, 14336, 32, 8, 128), 32, 32_768).words(32_768).rope(MILLION).build(Head.OWN),
          llama("mixtral-8x7b", "Mixtral 8x7B", new Block(4096, 14336, 32, 8, 128), 32, 32_768)
              .rope(MILLION)
              .experts(new Experts(8, 2, 14336))
              .build(Head.OWN),
          qwen(Family.QWEN2, "qwen2.5-0.5b", "Qwen2.5 0.5B", new Block(896, 4864, 14, 2, 64), 24).build(Head.TIED),
          qwen(Family.QWEN2, "qwen2.5-1.5b", "Qwen2.5 1.5B", new Block(1536, 8960, 12, 2, 128), 28).build(Head.TIED),
          qwen(Family.QWEN2, "qwen2.5-3b", "Qwen2.5 3B", new Block(2048, 11008, 16, 2, 128), 36).build(Head.TIED),
          qwen(Family.QWEN2, "qwen2.5-7b", "Qwen2.5 7B", new Block(3584, 18944, 28, 4, 128), 28).words(152_064).build(Head.OWN),
          qwen(Family.QWEN3, "qwen3-0.6b", "Qwen3 0.6B", new Block(1024, 3072, 16, 8, 128), 28).build(Head.TIED),
          qwen(Family.QWEN3, "qwen3-1.7b", "Qwen3 1.7B", new Block(2048, 6144, 16, 8, 128), 28).build(Head.TIED),
          qwen(Family.QWEN3, "qwen3-4b", "Qwen3 4B", new Block(2560, 9728, 32, 8, 128), 36).build(Head.TIED),
          qwen(Family.QWEN3, "qwen3-8b", "Qwen3 8B", new Block(4096, 12288, 32, 8, 128), 36).build(Head.OWN),
          qwen(Family.QWEN3, "qwen3-14b", "Qwen3 14B", new Block(5120, 17408, 40, 8, 128), 40).build(Head.OWN),
          qwen(Family.QWEN3, "qwen3-32b", "Qwen3 32B", new Block(5120, 25600, 64, 8, 128), 64).build(Head.OWN),
          qwen(Family.QWEN3_MOE, "qwen3-30b-a3b", "Qwen3 30B A3B", new Block(2048, 6144, 32, 4, 128), 48)
              .experts(new Experts(128, 8, 768))
              .build(Head.OWN));

  private Shapes() {}

  /**
   * The shape of that name, in any case.
   *
   * @throws UsageException if there is none, listing all
   */
  public static Shape of(String id) {
    return ALL.stream()
        .filter(shape -> shape.id().equalsIgnoreCase(id))
        .findFirst()
        .orElseThrow(() -> new UsageException("unknown shape '%s': expected one of %s".formatted(id, String.join(", ", names()))));
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(Shape::id).toList();
  }

  private static Draft llama(String id, String name, Block block, int layers, int context) {
    return new Draft(id, name, Family.LLAMA, block, layers, context, new Words(Words.Kind.SENTENCE_PIECE, 32_000), LLAMA_2);
  }

  private static Draft llama3(String id, String name, Block block, int layers, int context) {
    return new Draft(id, name, Family.LLAMA, block, layers, context, new Words(Words.Kind.LLAMA_3, 128_256), LLAMA_3_1);
  }

  private static Draft qwen(Family family, String id, String name, Block block, int layers) {
    int context = family == Family.QWEN2 ? 32_768 : 40_960;
    return new Draft(id, name, family, block, layers, context, new Words(Words.Kind.QWEN, 151_936), MILLION);
  }

  /** A shape in the making. */
  private static final class Draft {
    private final String id;
    private final String name;
    private final Family family;
    private final Block block;
    private final int layers;
    private final int context;
    private Words words;
    private Rope rope;
    private Experts experts = Experts.NONE;

    Draft(String id, String name, Family family, Block block, int layers, int context, Words words, Rope rope) {
      this.id = id;
      this.name = name;
      this.family = family;
      this.block = block;
      this.layers = layers;
      this.context = context;
      this.words = words;
      this.rope = rope;
    }

    Draft words(int size) {
      words = new Words(words.kind(), size);
      return this;
    }

    Draft rope(Rope other) {
      rope = other;
      return this;
    }

    Draft experts(Experts some) {
      experts = some;
      return this;
    }

    Shape build(Head head) {
      return new Shape(id, name, family, block, layers, words, head, context, rope, experts);
    }
  }
}
