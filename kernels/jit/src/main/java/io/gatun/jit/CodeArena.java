package io.gatun.jit;

import io.gatun.device.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Functions in memory that can be executed. They are written while the memory can be written, which is then sealed: at no
 * time can it be written and executed. Linux on x86-64. Thread-safe.
 */
final class CodeArena implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> functions;

  /**
   * Copies functions into memory of their own, and seals it.
   *
   * @param codes of each function, which must not depend on its address
   * @throws DeviceException if the system refuses
   */
  CodeArena(List<byte[]> codes) {
    long bytes = codes.stream().mapToLong(CodeArena::room).sum();
    MemorySegment pages = Posix.map(bytes, arena);
    try {
      functions = place(codes, pages);
      Posix.seal(pages);
    } catch (DeviceException e) {
      arena.close();
      throw e;
    }
  }

  private static long room(byte[] code) {
    return (code.length + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
  }

  private static List<MemorySegment> place(List<byte[]> codes, MemorySegment pages) {
    var placed = new MemorySegment[codes.size()];
    long start = 0;
    for (int i = 0; i < placed.length; i++) {
      byte[] code = codes.get(i);
      placed[i] = pages.asSlice(start, code.length).copyFrom(MemorySegment.ofArray(code));
      start += room(code);
    }
    return List.of(placed);
  }

  /** The functions, in the order in which they were given. */
  List<MemorySegment> functions() {
    return functions;
  }

  /** Gives the memory back; nobody may be executing it. */
  @Override
  public void close() {
    arena.close();
  }

  /** The calls of the system. IEEE Std 1003.1: mmap, mprotect, munmap. */
  @SuppressWarnings("restricted") // the tier insists on --enable-native-access
  private static final class Posix {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** All calls in one form, as each form takes long to link: arguments that a function does not have are ignored. */
    private static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG),
                Linker.Option.captureCallState("errno"));

    private Posix() {}

    static MemorySegment map(long bytes, Arena owner) {
      long address = call("mmap", 0, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1);
      return MemorySegment.ofAddress(address).reinterpret(bytes, owner, Posix::unmap);
    }

    static void seal(MemorySegment pages) {
      call("mprotect", pages.address(), pages.byteSize(), READ | EXECUTE, 0, 0);
    }

    private static void unmap(MemorySegment pages) {
      call("munmap", pages.address(), pages.byteSize(), 0, 0, 0);
    }

    /** @throws DeviceException if it fails, which all three say by −1, of 32 or 64 bits */
    private static long call(String name, long address, long bytes, int protection, int flags, int file) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        MemorySegment function = Linker.nativeLinker().defaultLookup().findOrThrow(name);
        long result = (long) CALL.invokeExact(function, state, address, bytes, protection, flags, file, 0L);
        if ((int) result == -1) {
          throw refusal(name, state);
        }
        return result;
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    private static DeviceException refusal(String call, MemorySegment state) {
      return new DeviceException(
          "the system refuses memory for machine code: %s failed with error %d".formatted(call, state.get(ValueLayout.JAVA_INT, ERRNO)));
    }
  }
}
