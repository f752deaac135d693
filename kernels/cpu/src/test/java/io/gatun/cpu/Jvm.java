package io.gatun.cpu;

import io.gatun.device.Device;
import io.gatun.tensors.Encoding;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a program in a JVM of its own and returns what it prints, without the JVM's own warnings. */
final class Jvm {

  private Jvm() {}

  static String onTheClassPath(Class<?> program, List<String> flags, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(flags);
    command.addAll(List.of("-cp", libraries() + File.pathSeparator + folder(program), program.getName()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  static String onTheModulePath(Class<?> program, List<String> flags) throws IOException, InterruptedException {
    var command = new ArrayList<>(flags);
    command.addAll(List.of("-p", libraries(), "--add-modules", "io.gatun.cpu", "-cp", folder(program), program.getName()));
    return run(command);
  }

  private static String libraries() {
    return Stream.of(Encoding.class, Device.class, CpuBackend.class)
        .map(type -> Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Test classes are patched into the module, so that their code source would be the module's. */
  private static String folder(Class<?> program) {
    var resource = Objects.requireNonNull(program.getResource(program.getSimpleName() + ".class"));
    Path folder = Path.of(URI.create(resource.toString()));
    for (int i = 0; i < program.getName().split("\\.").length; i++) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    return folder.toString();
  }

  private static String run(List<String> arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("still running after its output ended: " + command);
    }
    return output.lines().filter(line -> !line.startsWith("WARNING:")).collect(Collectors.joining("\n"));
  }
}
