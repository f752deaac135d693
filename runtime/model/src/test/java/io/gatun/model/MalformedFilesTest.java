package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Files with one defect each: rejected in one line, or computed as if nothing were; never anything else. */
class MalformedFilesTest {
  private static final int[] IDS = {1, 403, 407, 261};
  private static final int[] ARGMAX = {403, 403, 407, 261};

  @TestFactory
  Stream<DynamicTest> everyFile() {
    JsonNode manifest = Oracle.json(Oracle.require("malformed/manifest.json"));
    var tests = Stream.<DynamicTest>builder();
    for (JsonNode entry : manifest) {
      String file = "malformed/" + entry.path("file").asString();
      Oracle.find(file)
          .ifPresent(
              path -> tests.add(DynamicTest.dynamicTest(entry.path("file").asString(), () -> check(entry, path))));
    }
    return tests.build();
  }

  private static void check(JsonNode entry, Path path) {
    String expected = entry.path("expected").asString();
    String defect = entry.path("defect").asString();
    assertTimeoutPreemptively(
        Duration.ofSeconds(2),
        () -> {
          try {
            int[] argmax = compute(path);
            assertFalse(expected.equals("reject"), "accepted: " + defect);
            if (expected.equals("accept")) {
              assertArrayEquals(ARGMAX, argmax, defect);
            }
          } catch (FormatException | UnsupportedModelException e) {
            String message = String.valueOf(e.getMessage());
            if (expected.equals("accept")) {
              fail(defect + ": " + message);
            }
            String withoutOurList = message.replace(Architectures.known(), "");
            assertFalse(message.contains("\n") || withoutOurList.length() > 500, message);
            assertTrue(message.startsWith(path.toString()), message);
          }
        });
  }

  private static int[] compute(Path path) {
    try (Model model = Model.open(path);
        var device = new ReferenceDevice(ActivationPrecision.Q8)) {
      List<float[]> rows = ReferenceModel.compute(model, device, KvType.F16, 512, IDS, 4);
      return rows.stream().mapToInt(ReferenceLogitsTest::argmax).toArray();
    }
  }
}
