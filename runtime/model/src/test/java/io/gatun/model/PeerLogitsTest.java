package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Device;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every architecture of {@code architectures.txt} against llama.cpp. What that computed of the very files that {@link
 * TinyModel#main} writes is in {@code architectures-logits.txt}: a model's name, a prompt's length, and the logits behind
 * its last token (or its embedding, projected where the file says so). It was llama.cpp of 18 August 2026 with floats in
 * keys and values, no flash attention, and GELU computed rather than looked up; the context was configured for 256 tokens.
 */
class PeerLogitsTest {
  private static final int CONTEXT = 256;
  private static final int CHUNK = 32;
  private static final float TOLERANCE = 1e-5f;

  @TempDir Path folder;

  static List<TinyModel> models() {
    return TinyModel.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreLlamaCpps(TinyModel tiny) throws IOException {
    Path file = folder.resolve("tiny.gguf");
    tiny.write(file);
    logitsAreLlamaCpps(tiny, file);
  }

  /** @param container of the model, whatever its format */
  static void logitsAreLlamaCpps(TinyModel tiny, Path container) throws IOException {
    List<String[]> lines = expected(tiny.name());
    assertEquals(2, lines.size(), "a short prompt and a long one");
    try (Model model = Model.open(container);
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      assertEquals(List.of(), model.warnings(), "every key of the architecture is known");
      for (String[] line : lines) {
        int[] ids = TinyModel.prompt(Integer.parseInt(line[1]));
        var logits = new float[line.length - 2];
        float largest = 0;
        for (int i = 0; i < logits.length; i++) {
          logits[i] = Float.parseFloat(line[i + 2]);
          largest = Math.max(largest, Math.abs(logits[i]));
        }
        float[] computed = last(model, device, ids);
        assertArrayEquals(logits, computed, TOLERANCE * largest, ids.length + " tokens");
      }
    }
  }

  /** The logits behind the last token, or its embedding where there are none. */
  private static float[] last(Model model, Device device, int... ids) {
    if (model.spec().head().output().isPresent()) {
      return ReferenceModel.compute(model, device, KvType.F32, CONTEXT, ids, CHUNK).getLast();
    }
    var forward = new Forward(model, device, CONTEXT, KvType.F32, KvType.F32, ids.length);
    var last = new ArrayList<float[]>();
    try (KvCache cache = forward.newCache()) {
      var batch = new Batch();
      batch.add(cache, ids, 0, ids.length, Batch.Logits.LAST);
      forward.embed(batch, (_, embedding) -> last.add(embedding.clone()));
    }
    return last.getFirst();
  }

  private static List<String[]> expected(String name) throws IOException {
    try (var stream = Objects.requireNonNull(PeerLogitsTest.class.getResourceAsStream("architectures-logits.txt"))) {
      return Arrays.stream(new String(stream.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
          .map(line -> line.split(" "))
          .filter(words -> words[0].equals(name))
          .toList();
    }
  }
}
