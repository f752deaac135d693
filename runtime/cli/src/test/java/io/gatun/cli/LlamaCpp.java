package io.gatun.cli;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** llama.cpp, through its Java binding, as a reference that runs beside the tests: in a process of its own. */
final class LlamaCpp {
  private static final long SECONDS = 60;

  private LlamaCpp() {}

  /**
   * What it makes of a prompt.
   *
   * @param ids of the prompt, without those that surround it
   * @param text the greedy continuation
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Continuation(int[] ids, String text) {}

  /** @param folder for the native library, which is unpacked there */
  static Continuation continuation(Path model, String prompt, int tokens, Path folder) throws Exception {
    boolean known = System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
    Assumptions.assumeTrue(known, "llama.cpp's binding is tried on Linux and x86-64 alone");
    Path out = folder.resolve("llama-cpp.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classPath(),
                LlamaCpp.class.getName(),
                model.toString(),
                prompt,
                Integer.toString(tokens),
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("llama-cpp.log").toFile())
            .start();
    try {
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError("llama.cpp failed:\n" + log(folder));
      }
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(out);
    int[] ids = Arrays.stream(lines.getFirst().split(" ")).mapToInt(Integer::parseInt).toArray();
    return new Continuation(ids, String.join("\n", lines.subList(1, lines.size())));
  }

  private static String log(Path folder) throws IOException {
    return Files.readString(folder.resolve("llama-cpp.log"), StandardCharsets.ISO_8859_1);
  }

  /** This class, and its library. */
  private static String classPath() {
    URI self = URI.create(Objects.requireNonNull(LlamaCpp.class.getResource("LlamaCpp.class")).toString());
    Path root = Objects.requireNonNull(Path.of(self).getParent());
    for (String ignored : LlamaCpp.class.getPackageName().split("\\.", -1)) {
      root = Objects.requireNonNull(root.getParent());
    }
    Stream<String> libraries =
        Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
            .flatMap(property -> Arrays.stream(System.getProperty(property, "").split(File.pathSeparator)))
            .filter(entry -> entry.contains("kherud"))
            .distinct();
    return Stream.concat(Stream.of(root.toString()), libraries).collect(Collectors.joining(File.pathSeparator));
  }

  /** In the process: model, prompt, number of tokens, and where to write the ids, and from the second line on the text. */
  public static void main(String[] args) throws IOException {
    var parameters = new ModelParameters().setModel(args[0]).setGpuLayers(0).setCtxSize(256).setThreads(1);
    var model = new LlamaModel(parameters); // closing it hangs
    String ids = Arrays.stream(model.encode(args[1])).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    var request = new InferenceParameters(args[1]).setTemperature(0).setNPredict(Integer.parseInt(args[2]));
    Files.writeString(Path.of(args[3]), ids + "\n" + model.complete(request));
    Runtime.getRuntime().halt(0);
  }
}
