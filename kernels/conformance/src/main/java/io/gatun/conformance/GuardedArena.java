package io.gatun.conformance;

import io.gatun.device.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory between pages that nobody may touch: who reads or writes one byte too far ends the process. Each allocation has
 * pages of its own, zeroed, with a guard page on both sides, and lies flush against one of them. Thread-safe.
 *
 * <p>{@link Placement#BEFORE_GUARD} gives up the alignment that is asked for where the size is no multiple of it; kernels
 * must not depend on it, since weights have none and neither have the rows of a buffer. For Linux and macOS.
 */
public final class GuardedArena implements Arena {
  private static final int READ_WRITE = 1 | 2;
  private static final int PRIVATE_ANONYMOUS = 2 | (System.getProperty("os.name", "").startsWith("Mac") ? 0x1000 : 0x20);

  private final Arena arena = Arena.ofShared();
  private final Placement placement;

  /** Where an allocation lies. */
  public enum Placement {
    /** Its last byte is the last before a guard page. */
    BEFORE_GUARD,
    /** Its first byte is the first after a guard page. */
    AFTER_GUARD
  }

  public GuardedArena(Placement placement) {
    this.placement = placement;
  }

  /** @throws DeviceException if the system refuses */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    long page = Posix.PAGE;
    long data = Math.max(1, (byteSize + page - 1) / page) * page;
    MemorySegment pages = Posix.map(data + 2 * page, arena);
    Posix.forbid(pages.asSlice(0, page));
    Posix.forbid(pages.asSlice(page + data, page));
    return switch (placement) {
      case BEFORE_GUARD -> pages.asSlice(page + data - byteSize, byteSize);
      case AFTER_GUARD -> pages.asSlice(page, byteSize);
    };
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }

  /** The three calls of the system. IEEE Std 1003.1: mmap, mprotect, munmap. */
  @SuppressWarnings("restricted")
  private static final class Posix {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle MMAP =
        handle("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
    private static final MethodHandle MPROTECT = handle("mprotect", FunctionDescriptor.of(INT, LONG, LONG, INT));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(INT, LONG, LONG));
    static final long PAGE = call(handle("getpagesize", FunctionDescriptor.of(INT)));

    private Posix() {}

    private static MethodHandle handle(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    static MemorySegment map(long bytes, Arena arena) {
      long address = call(MMAP, 0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (address == -1) {
        throw new DeviceException("mmap refused %d bytes".formatted(bytes));
      }
      return MemorySegment.ofAddress(address).reinterpret(bytes, arena, all -> call(MUNMAP, all.address(), bytes));
    }

    static void forbid(MemorySegment pages) {
      if (call(MPROTECT, pages.address(), pages.byteSize(), 0) != 0) {
        throw new DeviceException("mprotect refused %d bytes".formatted(pages.byteSize()));
      }
    }

    private static long call(MethodHandle handle, Object... arguments) {
      try {
        return ((Number) handle.invokeWithArguments(arguments)).longValue();
      } catch (Throwable e) { // what a downcall is declared to throw, and does not
        throw new IllegalStateException(e);
      }
    }
  }
}
