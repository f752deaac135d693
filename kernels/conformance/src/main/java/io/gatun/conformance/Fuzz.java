package io.gatun.conformance;

import io.gatun.device.HostMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Puts kernels through random products for as long as one likes. What it finds is made small and saved as a line, for the
 * file of reproducers.
 */
public final class Fuzz {
  private static final int LARGEST_SHRINKING = 500;

  private final Kernels kernels;
  private long tried;

  public Fuzz(Kernels kernels) {
    this.kernels = kernels;
  }

  /** A case and what is wrong with it. */
  public record Find(ProductCase smallest, String fault) {}

  /**
   * {@link #searchAsAsked} as a program. Its argument is the class of a {@link Supplier} of {@link Kernels} with a constructor
   * without parameters.
   *
   * @throws AssertionError if there is a fault
   */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    var fuzz = new Fuzz(GuardProgram.kernels(arguments[0]));
    Optional<Find> find = fuzz.searchAsAsked();
    System.out.printf("%d cases%n", fuzz.tried);
    find.ifPresent(
        found -> {
          throw new AssertionError(found.toString());
        });
  }

  /**
   * For {@code -Dgatun.conformance.fuzz} seconds (1) from the seed {@code -Dgatun.conformance.seed} (1). A find is added to the
   * file {@code -Dgatun.conformance.reproducers}, if that is given.
   */
  public Optional<Find> searchAsAsked() {
    Duration time = Duration.ofSeconds(Long.getLong("gatun.conformance.fuzz", 1));
    Optional<Find> find = search(time, Long.getLong("gatun.conformance.seed", 1));
    String file = System.getProperty("gatun.conformance.reproducers", "");
    if (!file.isEmpty()) {
      find.ifPresent(found -> Reproducers.append(found.smallest(), Path.of(file)));
    }
    return find;
  }

  /** How many cases have been tried. */
  public long tried() {
    return tried;
  }

  /** The first fault, or empty when time is over. The encodings and precisions that the kernels have take turns. */
  public Optional<Find> search(Duration time, long seed) {
    var random = new SplittableRandom(seed);
    List<ProductCases> generators =
        KernelContract.groups(kernels).map(group -> group.generator(random.nextLong())).toList();
    long start = System.nanoTime();
    return Stream.iterate(0, i -> (i + 1) % generators.size())
        .takeWhile(_ -> System.nanoTime() - start < time.toNanos())
        .map(i -> generators.get(i).any())
        .filter(test -> fault(test).isPresent())
        .findFirst()
        .map(this::shrunk);
  }

  private Optional<String> fault(ProductCase test) {
    tried++;
    return new Check(kernels.name(), () -> ProductCheck.verify(test, kernels, HostMemory::new)).fault();
  }

  /** Takes away tokens, rows and columns for as long as the case still fails. */
  private Find shrunk(ProductCase found) {
    ProductCase smallest = found;
    for (int i = 0; i < LARGEST_SHRINKING; i++) {
      Optional<ProductCase> smaller = smaller(smallest).filter(test -> fault(test).isPresent()).findFirst();
      if (smaller.isEmpty()) {
        break;
      }
      smallest = smaller.get();
    }
    return new Find(smallest, fault(smallest).orElseThrow());
  }

  private static Stream<ProductCase> smaller(ProductCase test) {
    int block = test.encoding().blockLength();
    int rows = test.rows();
    int cols = test.cols();
    int tokens = test.tokens();
    return Stream.of(
            test.withShape(rows, cols, 1),
            test.withShape(rows, block, tokens),
            test.withShape(1, cols, tokens),
            test.withShape(rows, cols, Math.max(1, tokens / 2)),
            test.withShape(rows, Math.max(1, cols / block / 2) * block, tokens),
            test.withShape(Math.max(1, rows / 2), cols, tokens),
            test.withShape(rows, cols, Math.max(1, tokens - 1)),
            test.withShape(rows, Math.max(block, cols - block), tokens),
            test.withShape(Math.max(1, rows - 1), cols, tokens))
        .filter(candidate -> candidate.macs() < test.macs());
  }
}
