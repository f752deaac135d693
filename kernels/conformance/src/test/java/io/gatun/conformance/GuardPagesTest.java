package io.gatun.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kernels that leave their memory by a byte end the process; those that do not, do not. */
@Timeout(120)
class GuardPagesTest {

  private static Optional<String> fault(Class<? extends Supplier<Kernels>> kernels) throws Exception {
    return new GuardPages(
            Jvm.of(GuardPages.class), kernels, List.of("--enable-native-access=ALL-UNNAMED"), 10)
        .fault();
  }

  private static void assertCaught(Class<? extends Supplier<Kernels>> kernels, GuardedArena.Placement placement)
      throws Exception {
    String fault = fault(kernels).orElseThrow();
    assertTrue(fault.startsWith("touched memory that is not its own; next: %s q4_0 ".formatted(placement))
        || fault.startsWith("touched memory that is not its own; next: %s f32 ".formatted(placement)), fault);
  }

  @Test
  void soundKernelsPass() throws Exception {
    assertEquals(Optional.empty(), fault(Broken.Sound.class));
  }

  @Test
  void readingPastTheEndIsCaught() throws Exception {
    assertCaught(Broken.ReadsPastTheEnd.class, GuardedArena.Placement.BEFORE_GUARD);
  }

  @Test
  void readingBeforeTheStartIsCaught() throws Exception {
    assertCaught(Broken.ReadsBeforeTheStart.class, GuardedArena.Placement.AFTER_GUARD);
  }

  @Test
  void writingPastTheEndIsCaught() throws Exception {
    assertCaught(Broken.WritesPastTheEnd.class, GuardedArena.Placement.BEFORE_GUARD);
  }
}
