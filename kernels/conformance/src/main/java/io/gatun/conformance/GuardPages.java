package io.gatun.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs kernels whose operands and results lie flush against pages that nobody may touch, in a JVM of its own, which ends
 * if they do. Immutable.
 *
 * @param jvm with the code of the kernels
 * @param supplier of the kernels, public and with a constructor without parameters
 * @param flags of the java command that the kernels need
 * @param cases of each encoding and precision, in each of two placements
 */
public record GuardPages(Jvm jvm, Class<? extends Supplier<Kernels>> supplier, List<String> flags, int cases) {

  public GuardPages {
    flags = List.copyOf(flags);
  }

  /** What is wrong: a kernel that touched a guard page, or gave a wrong result. */
  public Optional<String> fault() throws IOException, InterruptedException {
    Path errors = Files.createTempDirectory("gatun-guard");
    try {
      Jvm.Result result =
          jvm.with("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + errors.resolve("error.log"))
              .with(flags.toArray(String[]::new))
              .onTheClassPath(GuardProgram.class, List.of(supplier), supplier.getName(), Integer.toString(cases));
      return fault(result);
    } finally {
      Files.deleteIfExists(errors.resolve("error.log"));
      Files.delete(errors);
    }
  }

  private static Optional<String> fault(Jvm.Result result) {
    List<String> lines = result.output().lines().toList();
    String last = lines.isEmpty() ? "" : lines.getLast();
    if (last.startsWith(GuardProgram.DONE)) {
      return Optional.empty();
    }
    String next =
        lines.stream().filter(line -> line.startsWith(GuardProgram.NEXT)).reduce("nothing was run", (_, line) -> line);
    boolean crashed = lines.stream().anyMatch(line -> line.contains("SIGSEGV") || line.contains("SIGBUS"));
    return Optional.of(
        crashed
            ? "touched memory that is not its own; " + next
            : "ended with status %d; %s; %s".formatted(result.status(), next, last));
  }
}
