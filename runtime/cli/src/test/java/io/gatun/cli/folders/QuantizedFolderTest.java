package io.gatun.cli.folders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.Program;
import io.gatun.cli.measure.Perplexity;
import io.gatun.cli.terminal.Console;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.device.Routing;
import io.gatun.engine.Completion;
import io.gatun.engine.Engine;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import io.gatun.model.Batch;
import io.gatun.model.Forward;
import io.gatun.model.KvCache;
import io.gatun.model.Model;
import io.gatun.model.hf.GgufConversion;
import io.gatun.model.hf.HfModel;
import io.gatun.oracle.layers.FloatMatrix;
import io.gatun.oracle.layers.QuantizedFormat;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.ExactEncoders;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A folder in a quantized format computes what a folder of floats computes that has the weights which the format kept.
 * An independent writer stored the one and, by the format's formulas, decoded the other.
 */
class QuantizedFolderTest {
  private static final int TOKENS = 24;

  @TempDir Path folder;
  private Path quantized = Path.of("");
  private Path floats = Path.of("");
  private Path converted = Path.of("");

  @BeforeEach
  void folders() {
    quantized = folder.resolve("quantized");
    floats = folder.resolve("floats");
    converted = folder.resolve("converted.gguf");
  }

  static List<QuantizedFormat> formats() {
    return QuantizedFormat.all();
  }

  /** Those that need not be multiples of 128: the story model is 64 wide. */
  static Stream<QuantizedFormat> formatsOfStories() {
    return formats().stream().filter(format -> format.step() <= 64);
  }

  private static int[] ids() {
    return new SplittableRandom(11).ints(TOKENS, 3, 500).toArray();
  }

  private static Device cpu(KernelCap cap, ActivationPrecision precision) {
    return Backend.named("cpu").open(Hardware.detect(), new DeviceOptions(2, cap, precision));
  }

  private static List<float[]> logits(Path path, Device device) {
    try (Model model = Model.open(path);
        device) {
      assertEquals(List.of(), model.warnings());
      var forward = new Forward(model, device, TOKENS, KvType.F32, KvType.F32, 16);
      var rows = new ArrayList<float[]>();
      try (KvCache cache = forward.newCache()) {
        int[] ids = ids();
        for (int from = 0; from < TOKENS; from += 16) {
          var batch = new Batch();
          batch.add(cache, ids, from, Math.min(TOKENS, from + 16), Batch.Logits.ALL);
          forward.run(batch, (_, logits) -> rows.add(logits.clone()));
        }
      }
      return rows;
    }
  }

  private static void assertSameLogits(List<float[]> expected, List<float[]> found, double tolerance) {
    for (int i = 0; i < expected.size(); i++) {
      float largest = 0;
      for (float logit : expected.get(i)) {
        largest = Math.max(largest, Math.abs(logit));
      }
      assertArrayEquals(expected.get(i), found.get(i), (float) (tolerance * largest), "position " + i);
    }
  }

  private void assertLogits(FloatCheckpoint model, QuantizedFormat format) {
    model.writeIn(format, quantized, List.of()).write(floats);
    List<float[]> expected = logits(floats, new ReferenceDevice(ActivationPrecision.F32));
    assertEquals(500, expected.getFirst().length);
    assertSameLogits(expected, logits(quantized, new ReferenceDevice(ActivationPrecision.F32)), 2e-6);
    assertSameLogits(expected, logits(quantized, cpu(KernelCap.AUTO, ActivationPrecision.F32)), 2e-5);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void logitsOfALlama(QuantizedFormat format) {
    assertLogits(TinyFolders.llama(format.step()), format);
  }

  /** As a GGUF file it has the same numbers, or such as were rounded to half precision. */
  @ParameterizedTest
  @MethodSource("formats")
  void logitsOfAConvertedLlama(QuantizedFormat format) throws IOException {
    TinyFolders.llama(format.step()).writeIn(format, quantized, List.of());
    var encodings = convert(GgufConversion.COMMON_BLOCKS);
    assertFalse(encodings.containsKey(Encodings.NVFP4.id()));
    assertConvertedLogits(encodings.containsKey(Encodings.F16.id()) ? 2e-3 : 2e-6);
  }

  static Stream<QuantizedFormat> nvfp4() {
    return formats().stream().filter(format -> format.id().startsWith("nvfp4"));
  }

  @ParameterizedTest
  @MethodSource("nvfp4")
  void logitsOfALlamaThatStaysNvfp4(QuantizedFormat format) throws IOException {
    TinyFolders.llama(64).writeIn(format, quantized, List.of());
    var encodings = convert(ExactEncoders.all().keySet());
    assertEquals(Set.of(Encodings.F32.id(), Encodings.NVFP4.id()), encodings.keySet());
    assertConvertedLogits(2e-6);
  }

  /** Each expert has a factor of its own. */
  @ParameterizedTest
  @MethodSource("nvfp4")
  void logitsOfAMixtureThatStaysNvfp4(QuantizedFormat format) throws IOException {
    TinyFolders.qwen2Moe(64).writeIn(format, quantized, List.of());
    var encodings = convert(ExactEncoders.all().keySet());
    assertEquals(Set.of(Encodings.F32.id(), Encodings.NVFP4.id()), encodings.keySet());
    assertConvertedLogits(2e-6);
  }

  @ParameterizedTest
  @MethodSource("nvfp4")
  void theProgramKeepsNvfp4IfToldTo(QuantizedFormat format) {
    TinyFolders.stories().writeIn(format, quantized, List.of());
    String rounded = Program.gatun("convert", quantized, converted).run().text();
    assertTrue(rounded.contains("F16") && !rounded.contains("NVFP4"), rounded);
    String kept = Program.gatun("convert", quantized, converted, "--nvfp4", "--force").run().text();
    assertTrue(kept.contains("NVFP4") && !kept.contains("F16"), kept);
    assertEquals(Told.by(quantized).story.ids(), Told.by(converted).story.ids());
  }

  private SequencedMap<String, Integer> convert(Set<Encoding> blocks) throws IOException {
    try (HfModel source = HfModel.open(quantized)) {
      return new GgufConversion(source, blocks, _ -> {}).write(converted, _ -> {}).encodings();
    }
  }

  private void assertConvertedLogits(double tolerance) {
    assertSameLogits(
        logits(quantized, new ReferenceDevice(ActivationPrecision.F32)),
        logits(converted, new ReferenceDevice(ActivationPrecision.F32)),
        tolerance);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void logitsOfAMixtureOfExperts(QuantizedFormat format) {
    assertLogits(TinyFolders.qwen2Moe(format.step()), format);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void productsWith8BitActivationsAreTheSameOnEveryTier(QuantizedFormat format) {
    TinyFolders.qwen2Moe(format.step()).writeIn(format, quantized, List.of());
    try (Model model = Model.open(quantized);
        Device reference = new ReferenceDevice(ActivationPrecision.Q8);
        Device scalar = cpu(KernelCap.SCALAR, ActivationPrecision.Q8);
        Device vector = cpu(KernelCap.VECTOR, ActivationPrecision.Q8);
        Device best = cpu(KernelCap.AUTO, ActivationPrecision.Q8)) {
      int compared = 0;
      for (TensorData tensor : model.checkpoint().tensors().values()) {
        if (tensor.name().startsWith("blk.0.") && isIntegers(tensor)) {
          compared++;
          for (int rows : new int[] {1, 3, 37}) {
            float[] expected = product(reference, tensor, rows);
            for (Device device : List.of(scalar, vector, best)) {
              assertArrayEquals(expected, product(device, tensor, rows), 0f, tensor + " on " + device.tier());
            }
          }
        }
      }
      boolean floats = Stream.of("fp8-", "exl3-").anyMatch(format.id()::startsWith);
      int crossing = format.id().startsWith("bnb-") && format.id().contains("-128") ? 2 : 0; // blocks of two rows of 64
      assertEquals(floats ? 0 : 10 - crossing, compared, "attention, three matrices of experts, and the shared expert's");
    }
  }

  private static boolean isIntegers(TensorData tensor) {
    return switch (tensor.encoding()) {
      case StackedEncoding experts -> experts.parts().stream().allMatch(QuantizedFolderTest::isIntegers);
      case MatrixEncoding matrix -> matrix.codes().isPresent();
      default -> false;
    };
  }

  /** Experts take turns. */
  private static float[] product(Device device, TensorData weights, int rows) {
    int in = (int) weights.cols();
    int out = Math.toIntExact(weights.shape().get(weights.shape().size() - 2));
    Buffer x = device.buffer(rows, in);
    device.write(FloatMatrix.random(rows, in, 1, new SplittableRandom(rows)).values(), x);
    Buffer y = device.buffer(rows, out);
    Matrix matrix = device.load(weights);
    if (weights.shape().size() == 2) {
      device.matmul(x, matrix, y);
    } else {
      int count = Math.toIntExact(weights.shape().getFirst());
      int[] experts = IntStream.range(0, rows).map(i -> i % count).toArray();
      device.matmulExperts(x, matrix, new Routing(1, experts, new float[rows]), y);
    }
    var all = new float[rows * out];
    var row = new float[out];
    for (int i = 0; i < rows; i++) {
      device.read(y, i, row);
      System.arraycopy(row, 0, all, i * out, out);
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("formatsOfStories")
  void storiesAndTheirPerplexity(QuantizedFormat format) {
    TinyFolders.stories().writeIn(format, quantized, List.of()).write(floats);
    Told expected = Told.by(floats);
    Told found = Told.by(quantized);
    assertEquals(expected.story.ids(), found.story.ids());
    assertEquals(expected.story.text(), found.story.text());
    assertEquals(expected.perplexity, found.perplexity, 1e-4 * expected.perplexity);
  }

  /** What a model tells, and how well it predicts a story that the original told. */
  private record Told(Completion story, double perplexity) {
    private static final String TEXT =
        """
        Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a
        big, red ball. She wanted to play with it, but it was too high. Lily's mom said, "Lily, let's go to the park."
        Lily was sad and didn't know what to do. She said, "I want to play with your ball, but I can't find it."
        """;

    static Told by(Path path) {
      var options =
          EngineOptions.defaults().deviceOptions(new DeviceOptions(2, KernelCap.AUTO, ActivationPrecision.F32));
      try (Model model = Model.open(path);
          Engine engine = Engine.over(model, options.keyType(KvType.F32).valueType(KvType.F32))) {
        Completion story = engine.generate(Prompt.text("Once upon a time"), Sampling.greedy().maxTokens(48));
        var measured = Perplexity.of(Console.system(), engine, TEXT, 64, Optional.empty(), Optional.empty());
        return new Told(story, measured.perplexity());
      }
    }
  }
}
