package io.gatun.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** Calls of assembled functions. They neither block nor call anything, and the garbage collector waits for them. */
final class Calls {
  /** All calls in one form, as each form takes long to link. */
  private static final MethodHandle CALL = call();

  private Calls() {}

  @SuppressWarnings("restricted") // the tier insists on --enable-native-access
  private static MethodHandle call() {
    var types = new MemoryLayout[9];
    Arrays.fill(types, ValueLayout.JAVA_LONG);
    types[0] = ValueLayout.JAVA_FLOAT;
    var type = FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, types);
    return Linker.nativeLinker().downcallHandle(type, Linker.Option.critical(false));
  }

  /** Runs a function of {@link Loop}: arguments that it does not take are ignored, and so is a result that it does not give. */
  static double loop(
      MemorySegment function, float x, long a, long b, long c, long d, long e, long f, long g, long h) {
    try {
      return (double) CALL.invokeExact(function, x, a, b, c, d, e, f, g, h);
    } catch (RuntimeException | Error exception) {
      throw exception;
    } catch (Throwable exception) { // what a downcall is declared to throw, and does not
      throw new AssertionError(exception);
    }
  }

  /** Runs a function that takes the address of its arguments. */
  static void run(MemorySegment function, MemorySegment arguments) {
    loop(function, 0, arguments.address(), 0, 0, 0, 0, 0, 0, 0);
  }
}
