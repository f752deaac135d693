package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code gatun}, in a folder that looks like a checkout which is built: what it does when a source is newer is
 * seen up to the point where Maven would start.
 */
class LauncherTest {
  private static final List<String> TOOLS =
      List.of("sh", "env", "find", "head", "tail", "grep", "dirname", "readlink", "mkdir", "rm", "mv", "ls", "flock", "ln", "sleep");

  @TempDir Path folder;
  private Path checkout = Path.of("");

  @BeforeEach
  void layOutACheckout() throws IOException {
    checkout = folder.resolve("a checkout ü");
    Path target = Files.createDirectories(checkout.resolve("runtime/cli/target"));
    Files.createDirectory(target.resolve("lib"));
    Files.createDirectory(target.resolve("none"));
    // The launcher puts what stands in the second line on the module path.
    Files.writeString(
        target.resolve("launcher.java"),
        "%s\nnone:%s\n%s\n\n"
            .formatted(System.getProperty("java.home"), Installation.modulePath(), checkout.toRealPath()));
    Files.createDirectories(checkout.resolve("examples/models"));
    Files.copy(Models.stories(), checkout.resolve("examples/models/stories260K.gguf"));
    Files.copy(script(), checkout.resolve("gatun"));
    Files.createFile(target.resolve("launcher.stamp"));
  }

  private static Path script() {
    Path committed = Path.of(System.getProperty("gatun.oracle.committed"));
    return committed.resolve("../../../gatun").normalize();
  }

  private Program.Result launch(Path script, String path, String... arguments) {
    return launch(script, Map.of("PATH", path), arguments);
  }

  private Program.Result launch(Path script, Map<String, String> environment, String... arguments) {
    var command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C");
    try {
      return Program.gatun().finish(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void startsFromAnywhereThroughLinksWithUtf8UnderTheCLocale() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a checkout ü/gatun"));
    Path again = Files.createSymbolicLink(folder.resolve("again"), link);
    Path model = Files.copy(Models.stories(), folder.resolve("mödel 日本.gguf"));
    var result = launch(again, System.getenv("PATH"), "run", "-m", model.getFileName().toString(), "-p", "é 日本", "-n", "0", "--json");
    assertEquals(0, result.exitCode(), result.error());
    var ids = Program.gatun("tokenize", "-m", Models.stories(), "--add-special").input("é 日本").run();
    assertEquals(
        Oracle.json(ids.text()).size(), Oracle.json(result.text()).get("usage").get("prompt_tokens").intValue());
    assertEquals(List.of(), result.errors());
  }

  @Test
  void knowsTheBundledModel() {
    var result = launch(checkout.resolve("gatun"), System.getenv("PATH"), "chat", "-n", "4");
    assertEquals(0, result.exitCode(), result.error());
  }

  @Test
  void aNewerSourceNeedsMavenAndItsLackIsOneLine() throws IOException {
    Path source = Files.createDirectories(checkout.resolve("runtime/cli/src/main/java")).resolve("New.java");
    Files.createFile(source);
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(10)));
    assertWantsToBuild(checkout);
  }

  @Test
  void whatWasBuiltElsewhereIsBuiltAnewBecauseItNamesFilesThere() throws IOException {
    assertWantsToBuild(Files.move(checkout, folder.resolve("moved")));
  }

  private void assertWantsToBuild(Path home) throws IOException {
    var result = launch(home.resolve("gatun"), withoutMaven(), "--version");
    assertEquals(1, result.exitCode());
    assertEquals(1, result.errors().size(), result.error());
    assertTrue(result.error().startsWith("gatun: needs Maven"), result.error());
    assertEquals("", result.text());
  }

  @Test
  void startsWithTheVectorApiWhereItIsNeeded() {
    var result = launch(checkout.resolve("gatun"), System.getenv("PATH"), "run", "-m", Models.stories().toString(), "-p", "Once", "-n", "1", "--stats", "--kernels", "vector");
    assertEquals(0, result.exitCode(), result.error());
    assertTrue(result.error().contains("computed with:       cpu vector"), result.error());
  }

  /** A JDK whose java says what it was started with stands in for one. */
  @Test
  void shortRunsHaveOneCompilerWhereThereIsACache() throws IOException {
    Path jdk = Files.createDirectories(folder.resolve("jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Path bin = Files.createDirectory(jdk.resolve("bin"));
    for (String tool : List.of("java", "javac")) {
      Files.writeString(bin.resolve(tool), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
      Files.setPosixFilePermissions(bin.resolve(tool), PosixFilePermissions.fromString("rwx------"));
    }
    var all = Map.of("PATH", System.getenv("PATH"), "JAVA_HOME", jdk.toString());
    String flag = "-XX:TieredStopAtLevel=1";
    List<String> shortest = List.of("run", "-m", "x", "-p", "y z", "-n", "128");
    assertFalse(launched(all, shortest).contains(flag), "without a cache");
    Files.createFile(checkout.resolve("runtime/cli/target/gatun.aot"));
    assertTrue(launched(all, shortest).contains(flag));
    assertTrue(launched(all, List.of("run", "--max-tokens=9", "--prompt=y", "-m", "x")).contains(flag));
    assertTrue(launched(all, List.of("--version")).contains(flag));
    for (String longer :
        List.of(
            "run -m x -p y",
            "run -m x -p y -n 129",
            "run -m x -p y -n -1",
            "run -m x -p y -n 12345678901234567890",
            "run -m x -p y -n 8 --kernels scalar",
            "run -m x -f y -n 8",
            "run -m x --input y --output z -n 8",
            "chat -m x -p y -n 8")) {
      assertFalse(launched(all, List.of(longer.split(" "))).contains(flag), longer);
    }
  }

  /** What java was started with, of which the last are the words. */
  private List<String> launched(Map<String, String> environment, List<String> words) {
    var result = launch(checkout.resolve("gatun"), environment, words.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.error());
    List<String> started = result.text().lines().toList();
    assertEquals(words, started.subList(started.size() - words.size(), started.size()));
    return started;
  }

  private String withoutMaven() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool : TOOLS) {
      for (String place : List.of("/usr/bin", "/bin")) {
        Path found = Path.of(place, tool);
        if (Files.exists(found) && Files.notExists(bin.resolve(tool))) {
          Files.writeString(bin.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n");
          Files.setPosixFilePermissions(bin.resolve(tool), PosixFilePermissions.fromString("rwx------"));
        }
      }
    }
    return bin.toString();
  }
}
