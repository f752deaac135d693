package io.gatun.examples.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.engine.Engine;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import io.gatun.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More prompts than go together; each continuation is what the prompt gives alone. */
class BatchTest {
  private static final String MODEL = "../models/stories260K.gguf";

  @Test
  void continuesEachLineAsIfItWereAlone(@TempDir Path folder) throws Exception {
    List<String> prompts = IntStream.range(0, 50).mapToObj(i -> "Once upon a time there were " + i).toList();
    Path in = Files.write(folder.resolve("prompts.txt"), prompts);
    Path out = folder.resolve("continuations.txt");
    Batch.main(new String[] {MODEL, in.toString(), out.toString()});
    assertEquals(alone(prompts), Files.readAllLines(out));
  }

  private static List<String> alone(List<String> prompts) {
    var texts = new ArrayList<String>();
    try (var model = Model.open(Path.of(MODEL));
        var engine = Engine.over(model)) {
      for (String prompt : prompts) {
        Sampling sampling = Sampling.defaults().maxTokens(64).stop("\n").seed(texts.size() + 1L);
        texts.add(engine.generate(Prompt.text(prompt), sampling).text());
      }
    }
    return texts;
  }
}
