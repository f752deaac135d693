package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints whose labels, dummies and paddings have misled loaders: one test each. */
class PublishedDefectsTest {
  private static final int SEVENS = 0x77777777;
  private static final int EIGHTS = 0x88888888;

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  private static String config(String text) {
    return text.replace('\'', '"');
  }

  /** GPTQ, eight inputs and outputs: every code is 10, scales are 1. */
  private static RawFile gptq(int zeros, int... groups) {
    var file = new RawFile().ints("l.qweight", List.of(1L, 8L), repeated(8, 0xAAAAAAAA));
    return (groups.length == 0 ? file : file.ints("l.g_idx", List.of(8L), groups))
        .ints("l.qzeros", List.of(1L, 1L), zeros)
        .halves("l.scales", List.of(1L, 8L), RawFile.repeated(8, 1));
  }

  private static int[] repeated(int count, int value) {
    var values = new int[count];
    Arrays.fill(values, value);
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "gptq, true, 0x88888888, 2",
    "gptq, true, 0x77777777, 2",
    "gptq_v2, true, 0x77777777, 2",
    "gptq_v2, true, 0x88888888, 2",
    "gptq, false, 0x88888888, 1",
    "gptq_v2, false, 0x77777777, 3",
    "gptq, false, 0xEEEEEEEF, 10"
  })
  void gptqZeroPointsTellTheVersionWhereCodesAreSymmetric(String label, boolean symmetric, String zeros, float value) {
    String text = config("{'bits':4,'group_size':8,'sym':%s,'checkpoint_format':'%s'}".formatted(symmetric, label));
    Path path = gptq(Long.decode(zeros).intValue()).config(text).write(file());
    assertArrayEquals(RawFile.repeated(64, value), RawFile.decoded(path, "l.weight"));
  }

  @Test
  void gptqGroupsThatAreADummyNegativeOrWrong() {
    assertArrayEquals(RawFile.repeated(64, 2), RawFile.decoded(gptq(SEVENS, new int[8]).write(file()), "l.weight"));
    Path wrong = twoGroups(0, 0, 0, 0, 2, 1, 1, 1).write(file());
    var thrown = assertThrows(FormatException.class, () -> SafetensorsDir.open(wrong));
    assertTrue(String.valueOf(thrown.getMessage()).contains("groups below 2, found 2 at column 4"), thrown.getMessage());
    float[] scattered = RawFile.decoded(twoGroups(1, 0, -1, 0, -2, 1, 0, 1).write(file()), "l.weight");
    assertArrayEquals(new float[] {4, 2, 4, 2, 2, 4, 2, 4}, Arrays.copyOf(scattered, 8));
    float[] dummy = RawFile.decoded(twoGroups(new int[8]).write(file()), "l.weight");
    assertArrayEquals(new float[] {2, 2, 2, 2, 4, 4, 4, 4}, Arrays.copyOf(dummy, 8));
  }

  private static RawFile twoGroups(int... groups) {
    return new RawFile()
        .ints("l.qweight", List.of(1L, 8L), repeated(8, 0xAAAAAAAA))
        .ints("l.qzeros", List.of(2L, 1L), SEVENS, SEVENS)
        .halves("l.scales", List.of(2L, 8L), 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2)
        .ints("l.g_idx", List.of(8L), groups);
  }

  @Test
  void groupsThatAreNoMultipleOf16HaveNoIntegerForm() throws IOException {
    try (var model = SafetensorsDir.open(twoGroups(1, 0, 1, 0, 0, 1, 0, 1).write(file()))) {
      assertEquals(Optional.empty(), ((MatrixEncoding) RawFile.tensor(model, "l.weight").encoding()).codes());
    }
  }

  @Test
  void gptqBiasesOfZerosMayBeLeftUnread() throws IOException {
    try (var model = SafetensorsDir.open(gptq(SEVENS).halves("l.bias", List.of(8L), new float[8]).write(file()))) {
      assertTrue(model.tensors().containsKey("l.bias"));
      assertTrue(model.optional().contains("l.bias"));
    }
    var bias = new float[8];
    bias[7] = 1;
    try (var model = SafetensorsDir.open(gptq(SEVENS).halves("l.bias", List.of(8L), bias).write(file()))) {
      assertFalse(model.optional().contains("l.bias"));
    }
  }

  @Test
  void scalesOfAQuantizedCacheMayBeLeftUnread() throws IOException {
    try (var model = SafetensorsDir.open(new RawFile().floats("a.k_scale", List.of(), 1).write(file()))) {
      assertEquals(List.of("a.k_scale"), List.copyOf(model.optional()));
    }
  }

  @Test
  void gptqWithoutZeroPointsOrConfigurationIsSymmetric() {
    var file =
        new RawFile()
            .ints("l.qweight", List.of(1L, 8L), repeated(8, 0xAAAAAAAA))
            .halves("l.scales", List.of(1L, 8L), RawFile.repeated(8, 1));
    assertArrayEquals(RawFile.repeated(64, 2), RawFile.decoded(file.write(file()), "l.weight"));
  }

  @Test
  void aPlainLayerIsPlainWhateverTheConfigurationSays() {
    Path path = new RawFile().config(config("{'quant_method':'gptq','bits':4}")).floats("l.weight", List.of(1L, 2L), 3, 4).write(file());
    assertArrayEquals(new float[] {3, 4}, RawFile.decoded(path, "l.weight"));
  }

  @Test
  void aLayerThatIsPlainAndQuantizedContradictsItself() {
    Path path = gptq(SEVENS).floats("l.weight", List.of(1L), 1).write(file());
    var thrown = assertThrows(FormatException.class, () -> SafetensorsDir.open(path));
    assertTrue(String.valueOf(thrown.getMessage()).contains("tensor l.weight is there as it is and quantized too"));
  }

  // ---- EXL2

  private static RawFile exl2(String layer, int outputs, int[] position, int... groups) {
    int words = 4;
    return new RawFile()
        .ints(layer + ".q_weight", List.of((long) words, (long) outputs), repeated(words * outputs, 0x99999999))
        .ints(layer + ".q_invperm", List.of((long) position.length), position)
        .ints(layer + ".q_scale", List.of(1L, outputs / 8L), new int[outputs / 8])
        .halves(layer + ".q_scale_max", List.of(1L), 256)
        .bytes(layer + ".q_groups", List.of((long) groups.length), Encodings.I16, shorts(groups));
  }

  private static byte[] shorts(int... values) {
    var bytes = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[2 * i] = (byte) values[i];
      bytes[2 * i + 1] = (byte) (values[i] >> 8);
    }
    return bytes;
  }

  private static int[] identity(int count) {
    var identity = new int[count];
    Arrays.setAll(identity, i -> i);
    return identity;
  }

  @Test
  void aPaddedVocabularyIsCutToItsSize() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 70}");
    exl2("lm_head", 96, identity(32), 4, 0).write(file());
    try (var model = SafetensorsDir.open(folder)) {
      var head = RawFile.tensor(model, "lm_head.weight");
      assertEquals(List.of(70L, 32L), head.shape());
      assertArrayEquals(RawFile.repeated(70 * 32, 1), VectorsTest.values(head)); // (9 − 8) · (0 + 1)² · 256 / 256
    }
    exl2("l", 96, identity(32), 4, 0).halves("l.bias", List.of(72L), new float[72]).write(file());
    try (var model = SafetensorsDir.open(folder)) {
      assertEquals(List.of(72L, 32L), RawFile.tensor(model, "l.weight").shape());
    }
  }

  @Test
  void exl2PermutationsAndGroupsAreChecked() {
    int[] twice = identity(32);
    twice[3] = 4;
    for (RawFile bad :
        List.of(
            exl2("l", 32, twice, 4, 0),
            exl2("l", 32, identity(33), 4, 0),
            exl2("l", 32, identity(32), 9, 0),
            exl2("l", 32, identity(32), 4, 1),
            exl2("l", 32, identity(32), 4, 0, 4, 0))) {
      Path path = bad.write(file());
      assertThrows(FormatException.class, () -> SafetensorsDir.open(path));
    }
  }

  @Test
  void exl2GroupsBeginAtUnsignedRows() {
    int first = 40_000; // −25536 if it were signed
    int words = first + 8;
    int features = first * 4 + 32;
    var codes = new int[words * 8];
    Arrays.fill(codes, 0, first * 8, 0x80808080);
    Arrays.fill(codes, first * 8, codes.length, 0x83838383);
    Path path =
        new RawFile()
            .ints("l.q_weight", List.of((long) words, 8L), codes)
            .ints("l.q_invperm", List.of((long) features), identity(features))
            .ints("l.q_scale", List.of(2L, 1L), 0, 0)
            .halves("l.q_scale_max", List.of(2L), 256, 256)
            .bytes("l.q_groups", List.of(4L), Encodings.I16, shorts(8, 0, 8, first))
            .write(file());
    float[] values = RawFile.decoded(path, "l.weight");
    assertEquals(0, values[features - 33]);
    assertEquals(3, values[features - 32]);
    assertEquals(3, values[features - 1]);
  }

  // ---- AWQ

  @Test
  void awqIsToldFromGptqByItsShapeAndWithoutZeroPointsIsSymmetric() {
    Path path =
        new RawFile()
            .config(config("{'quant_method':'gptq','bits':4,'zero_point':false,'group_size':-1}"))
            .ints("l.qweight", List.of(16L, 1L), repeated(16, 0x70000000)) // nibble 7 is output 7
            .halves("l.scales", List.of(1L, 8L), RawFile.repeated(8, 0.5f))
            .write(file());
    float[] values = RawFile.decoded(path, "l.weight");
    assertArrayEquals(RawFile.repeated(112, -4), Arrays.copyOf(values, 112));
    assertArrayEquals(RawFile.repeated(16, -0.5f), Arrays.copyOfRange(values, 112, 128));
  }

  /** 64 inputs are 8 words of codes for each output, beside a whole word of zero points for the one group. */
  @Test
  void awqForGemvIsToldFromGptqByTheConfigurationWhereShapesCouldBeEither() {
    Path path =
        new RawFile()
            .config(config("{'quant_method':'awq','bits':4,'zero_point':true,'group_size':128,'version':'gemv'}"))
            .ints("l.qweight", List.of(2L, 8L), repeated(16, 0x99999999))
            .ints("l.qzeros", List.of(2L, 1L), 3, 5)
            .halves("l.scales", List.of(2L, 8L), 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0)
            .write(file());
    float[] values = RawFile.decoded(path, "l.weight");
    assertArrayEquals(RawFile.repeated(64, 6), Arrays.copyOf(values, 64));
    assertArrayEquals(RawFile.repeated(64, 8), Arrays.copyOfRange(values, 64, 128));
  }

  // ---- FP8

  /** 3 × 200 ones in E4M3. */
  private static RawFile ones() {
    var ones = new byte[600];
    Arrays.fill(ones, (byte) 0x38);
    return new RawFile().bytes("l.weight", List.of(3L, 200L), Encodings.F8_E4M3, ones);
  }

  @Test
  void weightScaleInvIsMultipliedAndMayBeAScalar() {
    for (List<Long> shape : List.of(List.<Long>of(), List.of(1L), List.of(1L, 1L))) {
      Path path = ones().floats("l.weight_scale_inv", shape, 0.25f).write(file());
      assertArrayEquals(RawFile.repeated(600, 0.25f), RawFile.decoded(path, "l.weight"));
    }
  }

  @Test
  void blocksAreCutOffAndTheirGridMayBeLarger() {
    Path exact = ones().floats("l.weight_scale_inv", List.of(1L, 2L), 2, 4).write(file());
    float[] values = RawFile.decoded(exact, "l.weight");
    assertArrayEquals(new float[] {2, 4, 4, 2}, new float[] {values[127], values[128], values[199], values[200]});
    Path larger = ones().floats("l.weight_scale_inv", List.of(2L, 3L), 2, 4, 9, 9, 9, 9).write(file());
    assertArrayEquals(values, RawFile.decoded(larger, "l.weight"));
    Path bytes = ones().bytes("l.scale", List.of(1L, 2L), Encodings.F8_E8M0, (byte) 128, (byte) 129).write(file());
    assertArrayEquals(values, RawFile.decoded(bytes, "l.weight"));
    Path small = ones().floats("l.weight_scale_inv", List.of(1L, 1L, 1L, 2L), 2, 4).write(file());
    assertThrows(FormatException.class, () -> SafetensorsDir.open(small));
  }

  @Test
  void joinedMatricesKeepAScaleEach() throws IOException {
    var twelve = new byte[12 * 200];
    Arrays.fill(twelve, (byte) 0x38);
    Files.writeString(folder.resolve("config.json"), "{\"num_attention_heads\":4,\"num_key_value_heads\":1}");
    Path path =
        new RawFile()
            .bytes("qkv.weight", List.of(12L, 200L), Encodings.F8_E4M3, twelve)
            .floats("qkv.weight_scale", List.of(3L), 1, 2, 4)
            .write(file());
    float[] values = RawFile.decoded(path, "qkv.weight");
    assertArrayEquals(
        new float[] {1, 2, 2, 4}, new float[] {values[7 * 200], values[8 * 200], values[9 * 200 + 199], values[10 * 200]});
  }

  @Test
  void fusedExpertsOfFp8() {
    byte[] numbers = {0x38, 0x40, 0x44, 0x48, 0x4A, 0x4C}; // 1 to 6
    var twice = Arrays.copyOf(numbers, 12);
    System.arraycopy(numbers, 0, twice, 6, 6);
    Path transposed = // [expert, in 3, out 2], a scale for each output
        new RawFile()
            .bytes("e.up_proj", List.of(2L, 3L, 2L), Encodings.F8_E4M3, twice)
            .floats("e.up_proj_scale", List.of(2L, 1L, 2L), 1, 10, 100, 1000)
            .write(file());
    float[] expected = {1, 3, 5, 20, 40, 60, 100, 300, 500, 2000, 4000, 6000};
    assertArrayEquals(expected, RawFile.decoded(transposed, "e.up_proj"));
    Path blocks = // [expert, out 2, in 3], a grid for each expert
        new RawFile()
            .bytes("e.up_proj", List.of(2L, 2L, 3L), Encodings.F8_E4M3, twice)
            .floats("e.up_proj_scale_inv", List.of(2L, 1L, 1L), 1, 10)
            .write(file());
    assertArrayEquals(
        new float[] {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}, RawFile.decoded(blocks, "e.up_proj"));
  }

  // ---- bitsandbytes

  @Test
  void bitsAndBytesUnderAnotherTypeWithUnderscoresAndWithoutItsMap() throws IOException {
    String state = "{\"quant_type\":\"nf4\",\"blocksize\":4,\"shape\":[3,3],\"nested_blocksize\":2,\"nested_offset\":0.5}\0\0";
    var file =
        new RawFile()
            .bytes("l.weight", List.of(3L, 1L), Encodings.BF16, new byte[] {(byte) 0xF7, 0x0F, 0x70, (byte) 0xFF, (byte) 0xF0, 0})
            .bytes("l.weight_absmax", List.of(3L), Encodings.U8, (byte) 255, (byte) 127, (byte) 255)
            .floats("l.weight_nested_absmax", List.of(2L), 2, 4)
            .bytes(
                "l.weight_quant_state.bitsandbytes__nf4",
                List.of((long) state.length()),
                Encodings.U8,
                state.getBytes(StandardCharsets.UTF_8));
    float[] values = RawFile.decoded(file.write(file()), "l.weight");
    // magnitudes: 1 · 2 + 0.5, 0 · 2 + 0.5, 1 · 4 + 0.5; the high nibble first
    assertArrayEquals(new float[] {2.5f, 0, -2.5f, 2.5f, 0, -0.5f, 0.5f, 0.5f, 4.5f}, values);
  }

  @Test
  void llmInt8OfARowOfZeros() throws IOException {
    Path path =
        new RawFile()
            .bytes("l.weight", List.of(2L, 2L), Encodings.I8, (byte) 0, (byte) 0, (byte) 127, (byte) -127)
            .floats("l.SCB", List.of(2L), 0, 254)
            .write(file());
    assertArrayEquals(new float[] {0, 0, 254, -254}, RawFile.decoded(path, "l.weight"));
    try (var model = SafetensorsDir.open(path)) {
      assertEquals(
          Optional.of(new ActivationScheme.Int8WithOutliers(6)),
          ((MatrixEncoding) RawFile.tensor(model, "l.weight").encoding()).activations());
    }
  }

  // ---- compressed-tensors

  @Test
  void sevenBitsInWholeWordsAreToldFromEightByTheConfiguration() {
    String seven = config("{'config_groups':{'g':{'targets':['Linear'],'weights':{'num_bits':7}}}}");
    int[] words = repeated(8, 64 | 64 << 7 | 64 << 14 | 64 << 21); // four codes of 0 each
    words[0] = 64 | 65 << 7 | 66 << 14 | 67 << 21;
    words[1] = 63 | 62 << 7 | 61 << 14 | 60 << 21;
    var file =
        new RawFile()
            .ints("l.weight_packed", List.of(1L, 8L), words)
            .floats("l.weight_scale", List.of(1L, 1L), 1)
            .ints("l.weight_shape", List.of(2L), 1, 32);
    float[] values = RawFile.decoded(file.config(seven).write(file()), "l.weight");
    assertArrayEquals(new float[] {0, 1, 2, 3, -1, -2, -3, -4, 0, 0}, Arrays.copyOf(values, 10));
  }

  @Test
  void zeroPointsArePackedAlongTheOutputs() {
    Path path =
        new RawFile()
            .ints("l.weight_packed", List.of(2L, 1L), EIGHTS, EIGHTS)
            .floats("l.weight_scale", List.of(2L, 2L), 1, 2, 3, 4)
            .ints("l.weight_shape", List.of(2L), 2, 8)
            .ints("l.weight_zero_point", List.of(1L, 2L), 0x67, 0x45)
            .write(file());
    assertArrayEquals(
        new float[] {1, 1, 1, 1, 6, 6, 6, 6, 6, 6, 6, 6, 16, 16, 16, 16}, RawFile.decoded(path, "l.weight"));
  }

  @Test
  void inputsAreQuantizedAsTheTargetsOfTheLayerSay() throws IOException {
    String groups =
        config(
            "{'config_groups':{'W8A16':['re:.*special'],'b':{'targets':['Linear'],'weights':{'num_bits':8},"
                + "'input_activations':{'num_bits':8,'dynamic':true}},'c':{'targets':['exact'],'weights':{},"
                + "'input_activations':null}}}");
    var file = new RawFile().config(groups);
    for (String layer : List.of("special", "exact", "other")) {
      file.bytes(layer + ".weight", List.of(1L, 1L), Encodings.I8, (byte) 1).floats(layer + ".weight_scale", List.of(1L), 1);
    }
    file.bytes("fixed.weight", List.of(1L, 1L), Encodings.I8, (byte) 1)
        .floats("fixed.weight_scale", List.of(1L), 1)
        .floats("fixed.input_scale", List.of(1L), 0.5f)
        .bytes("fixed.input_zero_point", List.of(1L), Encodings.I8, (byte) -3);
    try (var model = SafetensorsDir.open(file.write(file()))) {
      assertEquals(Optional.empty(), scheme(model, "special"));
      assertEquals(Optional.empty(), scheme(model, "exact"));
      assertEquals(Optional.of(new ActivationScheme.Int8PerToken()), scheme(model, "other"));
      assertEquals(Optional.of(new ActivationScheme.Int8Static(0.5f, -3)), scheme(model, "fixed"));
      assertFalse(model.tensors().containsKey("fixed.input_scale"));
    }
  }

  private static Optional<ActivationScheme> scheme(SafetensorsDir model, String layer) {
    return ((MatrixEncoding) RawFile.tensor(model, layer + ".weight").encoding()).activations();
  }

  @Test
  void anExpressionThatWouldRunForEverMatchesNothing() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> assertFalse(BoundedMatch.matches("(a+)+b", "a".repeat(60))));
    assertFalse(BoundedMatch.matches("(", "a"));
    assertTrue(BoundedMatch.matches("model\\..*", "model.layers"));
  }

  // ---- FP4

  private static RawFile nv(String codes) {
    return new RawFile()
        .bytes(codes, List.of(1L, 8L), Encodings.U8, (byte) 0x42, (byte) 0x0F, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0)
        .bytes("l.weight_scale", List.of(1L, 1L), Encodings.F8_E4M3, (byte) 0x40);
  }

  @Test
  void theGlobalScaleOfNvfp4DividesOrMultipliesByItsName() {
    Path divides = nv("l.weight_packed").floats("l.weight_global_scale", List.of(1L), 4).write(file());
    assertArrayEquals(new float[] {0.5f, 1, -3, 0}, Arrays.copyOf(RawFile.decoded(divides, "l.weight"), 4));
    Path multiplies = nv("l.weight").floats("l.weight_scale_2", List.of(), 4).write(file());
    assertArrayEquals(new float[] {8, 16, -48, 0}, Arrays.copyOf(RawFile.decoded(multiplies, "l.weight"), 4));
  }

  @Test
  void scalesRearrangedForAGpuAreRefused() {
    Path path = nv("l.weight_packed").bytes("m.weight_scale", List.of(128L, 4L), Encodings.F8_E4M3, new byte[512])
        .bytes("m.weight_packed", List.of(1L, 8L), Encodings.U8, new byte[8]).write(file());
    var thrown = assertThrows(FormatException.class, () -> SafetensorsDir.open(path));
    assertTrue(String.valueOf(thrown.getMessage()).contains("rearranged for one kind of GPU"), thrown.getMessage());
  }

  // ---- what is for one kind of GPU

  @Test
  void otherLayoutsAreRefusedWithWhatToDownloadInstead() {
    assertRefused("serialized for Marlin", new RawFile().ints("l.B", List.of(1L), 0).floats("l.s", List.of(1L), 0));
    assertRefused(
        "is stored sparse", new RawFile().ints("l.compressed", List.of(1L), 0).ints("l.bitmask", List.of(1L), 0));
    assertRefused(
        "checkpoint_format marlin",
        gptq(0x12345678).config(config("{'bits':4,'checkpoint_format':'marlin'}")));
    assertRefused(
        "weight_format 2",
        new RawFile()
            .bytes("l.weight", List.of(1L, 1L), Encodings.I8, (byte) 1)
            .floats("l.SCB", List.of(1L), 1)
            .bytes("l.weight_format", List.of(), Encodings.U8, (byte) 2));
    assertRefused(
        "transform_config",
        new RawFile().config(config("{'transform_config':{'config_groups':{'a':{}}}}")).floats("a", List.of(), 1));
  }

  private void assertRefused(String what, RawFile file) {
    Path path = file.write(file());
    var thrown = assertThrows(UnsupportedModelException.class, () -> SafetensorsDir.open(path));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(what) && message.contains("download"), message);
  }
}
