package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatun.device.ActivationPrecision;
import io.gatun.model.Model;
import io.gatun.model.Pooling;
import io.gatun.oracle.Npy;
import io.gatun.tensors.UnsupportedModelException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Embeddings against those that other implementations computed. */
class ReferenceEmbeddingTest {

  static List<String> models() {
    return References.encoders();
  }

  @ParameterizedTest
  @MethodSource("models")
  void embeddingsAreTheReferences(String name) {
    try (Model model = References.open(name);
        Engine engine = Engine.over(model, Stories.options(ActivationPrecision.F32, 2))) {
      assertEquals(List.of(), model.warnings(), "every key of the architecture is known");
      for (JsonNode prompt : References.facts(name).path("prompts")) {
        int[] ids = References.ids(prompt.path("ids"));
        for (Pooling pooling : List.of(Pooling.NONE, Pooling.MEAN, Pooling.CLS)) {
          JsonNode file = prompt.path("embedding_" + pooling.name().toLowerCase(Locale.ROOT));
          if (!file.isMissingNode()) {
            Npy expected = References.array(file);
            List<float[]> found = engine.embed(Prompt.ids(ids), pooling);
            assertEquals(pooling == Pooling.NONE ? ids.length : 1, found.size());
            for (int row = 0; row < found.size(); row++) {
              float[] values = pooling == Pooling.NONE ? expected.row(row) : expected.values();
              assertArrayEquals(values, found.get(row), References.tolerance(name), pooling + " row " + row);
            }
          }
        }
      }
    }
  }

  @Test
  void anEncoderWritesNoText() {
    for (String name : models()) {
      try (Model model = References.open(name);
          Engine engine = Engine.over(model)) {
        assertThrows(UnsupportedModelException.class, () -> engine.generate(Prompt.ids(1, 2), Sampling.greedy()));
        assertThrows(UnsupportedModelException.class, () -> engine.logits(new int[] {1}, LogitsRows.ALL, (_, _) -> {}));
      }
    }
  }

  /** A decoder's last token sees all others; chunks of its prompt change nothing. */
  @Test
  void decodersEmbedToo() {
    int[] ids = {1, 403, 407, 261, 378, 432, 419, 397, 263};
    try (Model model = Stories.open("");
        Engine whole = Engine.over(model, Stories.options(ActivationPrecision.Q8, 1));
        Engine chunked = Engine.over(model, Stories.options(ActivationPrecision.Q8, 2).prefillChunk(4))) {
      List<float[]> rows = whole.embed(Prompt.ids(ids), Pooling.NONE);
      assertArrayEquals(rows.getLast(), whole.embed(Prompt.ids(ids), Pooling.LAST).getFirst());
      assertArrayEquals(rows.getFirst(), whole.embed(Prompt.ids(ids), Pooling.CLS).getFirst());
      List<float[]> again = chunked.embed(Prompt.ids(ids), Pooling.NONE);
      for (int i = 0; i < ids.length; i++) {
        assertArrayEquals(rows.get(i), again.get(i), "token " + i);
      }
    }
  }
}
