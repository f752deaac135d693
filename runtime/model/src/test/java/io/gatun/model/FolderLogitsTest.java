package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One model in two containers: the reference's logits from a folder that was written of the reference's GGUF file. */
class FolderLogitsTest {
  private static final Map<String, FolderWriter> KINDS = kinds();

  @TempDir Path folder;

  private static Map<String, FolderWriter> kinds() {
    var kinds = new TreeMap<String, FolderWriter>();
    kinds.put("llama", FolderWriter.of("llama").unpermuting());
    kinds.put("llama-rope-linear", FolderWriter.of("llama").unpermuting());
    kinds.put("llama-rope-yarn", FolderWriter.of("llama").unpermuting());
    kinds.put("mistral", FolderWriter.of("mistral").unpermuting());
    kinds.put("qwen2", FolderWriter.of("qwen2"));
    kinds.put("qwen3", FolderWriter.of("qwen3"));
    return kinds;
  }

  static List<String> models() {
    return List.copyOf(KINDS.keySet());
  }

  @ParameterizedTest
  @MethodSource("models")
  void aFolderGivesTheReferencesLogits(String name) throws IOException {
    KINDS.get(name).write(Oracle.require("models/" + name + ".gguf"), folder);
    var reference = ReferenceModel.of(name);
    try (Model model = Model.open(folder);
        var device = new ReferenceDevice(ActivationPrecision.F32)) {
      assertEquals(List.of(), model.warnings(), "every key of the architecture is known");
      for (String which : new String[] {"short", "long"}) {
        int[] ids = reference.prompt(which);
        List<float[]> computed =
            ReferenceModel.compute(model, device, KvType.F32, model.spec().contextLength(), ids, 64);
        Npy expected = reference.logits(which);
        int rows = expected.shape().size() == 2 ? expected.shape().getFirst() : 1;
        for (int row = 0; row < rows; row++) {
          float[] logits = expected.shape().size() == 2 ? expected.row(row) : expected.values();
          assertArrayEquals(logits, computed.get(ids.length - rows + row), reference.tolerance(), which + " row " + row);
        }
      }
    }
  }
}
