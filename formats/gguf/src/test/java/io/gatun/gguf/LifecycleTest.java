package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LifecycleTest {
  @TempDir Path folder;

  private Path sample() throws IOException {
    return Files.write(folder.resolve("sample.gguf"), GgufBytes.everyType(3));
  }

  @Test
  void afterCloseTensorsAreGoneAndMetadataStay() throws IOException {
    var path = sample();
    var file = GgufFile.open(path);
    TensorData tensor = file.tensors().firstEntry().getValue();
    file.close();
    file.close();
    var thrown = assertThrows(IllegalStateException.class, file::tensors);
    assertEquals(path + ": is closed, its tensors are gone", thrown.getMessage());
    assertThrows(IllegalStateException.class, () -> tensor.bytes().get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> GgufFileTest.decoded(tensor));
    assertEquals("text 3", file.metadata().string("one.str"));
  }

  @Test
  void closingFailsAReaderInAnotherThreadAndNothingElse() throws Exception {
    var file = GgufFile.open(sample());
    var tensor = file.tensors().firstEntry().getValue();
    var reading = new CountDownLatch(1);
    var reader =
        new FutureTask<>(
            () -> {
              while (true) {
                GgufFileTest.decoded(tensor);
                reading.countDown();
              }
            });
    var thread = Thread.ofPlatform().daemon().start(reader);
    reading.await();
    file.close();
    thread.join(10_000);
    assertTrue(reader.isDone());
    assertTrue(reader.exceptionNow() instanceof IllegalStateException, () -> reader.exceptionNow().toString());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void openingAndClosingLeaksNothing() throws IOException {
    var good = Oracle.require("models/stories260K-q4_0.gguf");
    var bad = Files.write(folder.resolve("leak-bad.gguf"), GgufBytes.version(3, 0, 99).bytes());
    openAndClose(good, bad, 100);
    long mapped = mappings();
    long open = openFiles();
    openAndClose(good, bad, 10_000);
    assertEquals(mapped, mappings());
    assertTrue(openFiles() <= open + 5, () -> "files open before " + open);
  }

  private static void openAndClose(Path good, Path bad, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      try (var file = GgufFile.open(good)) {
        assertEquals(47, file.tensors().size());
      }
      assertThrows(FormatException.class, () -> GgufFile.open(bad));
    }
  }

  private static long mappings() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.endsWith(".gguf")).count();
    }
  }

  private static long openFiles() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  /** The mapping then has pages with nothing behind them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileTruncatedWhileOpenIsAnErrorOfTheReaderAndNotOfTheProcess() throws IOException {
    var path = folder.resolve("shrinking.gguf");
    Files.write(
        path, GgufBytes.version(3, 1, 0).tensor("t", 0, 0, 1 << 20).padTo(32).zeros(4 << 20).bytes());
    try (var file = GgufFile.open(path)) {
      var tensor = file.tensors().firstEntry().getValue();
      try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(4096);
      }
      assertThrows(InternalError.class, () -> GgufFileTest.decoded(tensor));
    }
  }
}
