package io.gatun.conformance;

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

/**
 * Runs a program in a JVM of its own. Immutable.
 *
 * @param libraries a class of each library that it needs beside the encodings and the device's contract
 * @param flags of the java command
 */
public record Jvm(List<Class<?>> libraries, List<String> flags) {

  public Jvm {
    libraries = List.copyOf(libraries);
    flags = List.copyOf(flags);
  }

  /** A class of each library that is needed. */
  public static Jvm of(Class<?>... libraries) {
    return new Jvm(List.of(libraries), List.of());
  }

  /** Also with these flags. */
  public Jvm with(String... more) {
    return new Jvm(libraries, Stream.concat(flags.stream(), Stream.of(more)).toList());
  }

  /**
   * How a program ended.
   *
   * @param output of both kinds, without the JVM's own warnings
   */
  public record Result(int status, String output) {}

  /** With all code in the unnamed module. */
  public Result onTheClassPath(Class<?> program, String... arguments) throws IOException, InterruptedException {
    return onTheClassPath(program, List.of(), arguments);
  }

  /** @param others classes that the program needs from folders of their own */
  Result onTheClassPath(Class<?> program, List<Class<?>> others, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(flags);
    String folders =
        Stream.concat(Stream.of(program), others.stream()).map(Jvm::folder).collect(Collectors.joining(File.pathSeparator));
    command.addAll(List.of("-cp", path() + File.pathSeparator + folders, program.getName()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** With the libraries as modules, and the program in the unnamed one. */
  public Result onTheModulePath(String module, Class<?> program) throws IOException, InterruptedException {
    var command = new ArrayList<>(flags);
    command.addAll(List.of("-p", path(), "--add-modules", module, "-cp", folder(program), program.getName()));
    return run(command);
  }

  private String path() {
    return Stream.concat(Stream.of(Encoding.class, Device.class), libraries.stream())
        .map(type -> Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The folder or jar of a class. Test classes are patched into a module, so that their code source is the module's. */
  private static String folder(Class<?> program) {
    var resource = Objects.requireNonNull(program.getResource(program.getName().substring(program.getPackageName().length() + 1) + ".class"));
    if (resource.getProtocol().equals("jar")) {
      return Path.of(URI.create(resource.getPath().substring(0, resource.getPath().indexOf('!')))).toString();
    }
    Path folder = Path.of(URI.create(resource.toString()));
    for (int i = 0; i < program.getName().split("\\.").length; i++) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    return folder.toString();
  }

  private static Result run(List<String> arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("still running after its output ended: " + command);
    }
    String lines = output.lines().filter(line -> !line.startsWith("WARNING:")).collect(Collectors.joining("\n"));
    return new Result(process.exitValue(), lines);
  }
}
