package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.DeviceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Memory of code is written or executed, never both, and is given back. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CodeArenaTest {
  /** {@code add qword [rdi], 5; ret}, and the same with 7. */
  private static final List<byte[]> ADDERS =
      List.of(HexFormat.of().parseHex("48830705c3"), HexFormat.of().parseHex("48830707c3"));

  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S+) .*");

  /** What the system says may be done with the memory at an address: {@code r-xp}. */
  private static Optional<String> permissions(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(MAPPING::matcher)
        .filter(Matcher::matches)
        .filter(
            range ->
                Long.parseUnsignedLong(range.group(1), 16) <= address
                    && address < Long.parseUnsignedLong(range.group(2), 16))
        .map(range -> range.group(3))
        .findFirst();
  }

  @Test
  void functionsRun() {
    try (var arena = new CodeArena(ADDERS);
        var memory = Arena.ofConfined()) {
      MemorySegment number = memory.allocate(ValueLayout.JAVA_LONG);
      Calls.run(arena.functions().getFirst(), number);
      Calls.run(arena.functions().getLast(), number);
      assertEquals(12, number.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  @Test
  void codeIsExecutedAndNotWritten() throws IOException {
    try (var arena = new CodeArena(ADDERS)) {
      assertEquals(Optional.of("r-xp"), permissions(arena.functions().getFirst().address()));
    }
  }

  @Test
  void closingGivesTheMemoryBack() throws IOException {
    var arena = new CodeArena(ADDERS);
    MemorySegment function = arena.functions().getFirst();
    arena.close();
    Optional<String> now = permissions(function.address());
    assertTrue(now.isEmpty() || !now.get().equals("r-xp"), now.toString());
    assertThrows(IllegalStateException.class, () -> function.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void aRefusalOfTheSystemIsADeviceException() {
    var nothing = assertThrows(DeviceException.class, () -> new CodeArena(List.of()));
    assertEquals("the system refuses memory for machine code: mmap failed with error 22", nothing.getMessage());
  }
}
