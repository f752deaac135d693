package io.gatun.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls of assembled functions, which take the address of their arguments. */
final class Calls {
  private static final MethodHandle RUN = handle();

  private Calls() {}

  @SuppressWarnings("restricted") // the tier insists on --enable-native-access
  private static MethodHandle handle() {
    return Linker.nativeLinker()
        .downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG), Linker.Option.critical(false));
  }

  /** Runs a function. It neither blocks nor calls anything, and the garbage collector waits for it. */
  static void run(MemorySegment function, MemorySegment arguments) {
    try {
      RUN.invokeExact(function, arguments.address());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // what a downcall is declared to throw, and does not
      throw new AssertionError(e);
    }
  }
}
