package io.gatun.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cli.terminal.UsageException;
import io.gatun.model.Model;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.TensorData;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchmarkTest {

  @Test
  void mediansAndSpread() {
    Samples even = Samples.of(new double[] {4, 1, 3, 2});
    assertEquals(2.5, even.median());
    assertEquals(1, even.min());
    assertEquals(4, even.max());
    assertEquals(Math.sqrt(5.0 / 3), even.deviation(), 1e-12);
    Samples one = Samples.of(new double[] {7});
    assertEquals(7, one.median());
    assertEquals(0, one.deviation());
    assertTrue(Samples.NONE.isEmpty());
  }

  @Test
  void plansThatMeasureNothing() {
    assertThrows(UsageException.class, () -> new Benchmark.Plan(0, 0, 1));
    assertThrows(UsageException.class, () -> new Benchmark.Plan(-1, 5, 1));
    assertThrows(UsageException.class, () -> new Benchmark.Plan(1, 1, 0));
  }

  /** All tensors but the embedding table, of which a token reads one row. */
  @Test
  void aTokenReadsEveryTensorButTheTable() {
    try (var model = Model.open(Oracle.require("models/llama.gguf"))) {
      long all = bytes(model, "");
      long table = bytes(model, "token_embd.weight");
      assertTrue(model.checkpoint().tensors().containsKey("output.weight"));
      assertEquals(all - table, WeightTraffic.bytesPerToken(model));
    }
  }

  /** The table is the head. */
  @Test
  void aTiedTableIsReadToo() {
    try (var model = Model.open(Oracle.require("models/stories260K.gguf"))) {
      assertEquals(Optional.of(model.spec().embedding().tokens()), model.spec().head().output());
      assertEquals(bytes(model, ""), WeightTraffic.bytesPerToken(model));
    }
  }

  @Test
  void ofExpertsOnlyTheUsedOnesAreRead() {
    try (var model = Model.open(Oracle.require("models/mixtral.gguf"))) {
      var metadata = model.checkpoint().metadata();
      double share =
          (double) metadata.integer("llama.expert_used_count") / metadata.integer("llama.expert_count");
      assertTrue(share < 1);
      long experts = bytes(model, "_exps.weight");
      long others = bytes(model, "") - bytes(model, "token_embd.weight") - experts;
      assertEquals(others + Math.round(share * experts), WeightTraffic.bytesPerToken(model));
    }
  }

  private static long bytes(Model model, String nameEnd) {
    return model.checkpoint().tensors().values().stream()
        .filter(tensor -> tensor.name().endsWith(nameEnd))
        .mapToLong(BenchmarkTest::bytes)
        .sum();
  }

  private static long bytes(TensorData tensor) {
    return tensor.encoding().bytes(tensor.values());
  }
}
