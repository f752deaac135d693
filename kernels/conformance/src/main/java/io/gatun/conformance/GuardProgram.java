package io.gatun.conformance;

import io.gatun.device.HostMemory;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What {@link GuardPages} runs in a process of its own: says which check comes next before each, since a kernel that
 * touches a guard page ends the process.
 *
 * <p>Arguments: the class that supplies the {@link Kernels}, and the number of cases of each encoding and precision.
 */
final class GuardProgram {
  static final String NEXT = "next: ";
  static final String FAULT = "fault: ";
  static final String DONE = "done: ";

  private GuardProgram() {}

  static Kernels kernels(String supplier) throws ReflectiveOperationException {
    return (Kernels) Class.forName(supplier).asSubclass(Supplier.class).getConstructor().newInstance().get();
  }

  public static void main(String[] arguments) throws ReflectiveOperationException {
    Kernels kernels = kernels(arguments[0]);
    int cases = Integer.parseInt(arguments[1]);
    int count = 0;
    for (GuardedArena.Placement placement : GuardedArena.Placement.values()) {
      Supplier<HostMemory> memories = () -> new HostMemory(new GuardedArena(placement));
      Stream<Check> products = new KernelContract(kernels, memories, cases).products();
      Stream<Check> rows = kernels.rows().stream().flatMap(subject -> RowContract.checks(subject, memories));
      for (Check check : Stream.concat(products, rows).toList()) {
        System.out.println(NEXT + placement + " " + check.name());
        Optional<String> fault = check.fault();
        if (fault.isPresent()) {
          System.out.println(FAULT + fault.get());
          return;
        }
        count++;
      }
    }
    System.out.println(DONE + count);
  }
}
