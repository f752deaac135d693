package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.conformance.Jvm;
import io.gatun.program.OpenDevice;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts real JVMs that lack flags. */
@Timeout(120)
class LaunchFlagsTest {
  private static final String VECTOR = "--add-modules=jdk.incubator.vector";
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
  private static final String SCALAR = "cpu scalar activations=q8 threads=1";

  private static String refusal(String flags) {
    return refusal("DeviceException", flags);
  }

  private static String refusal(String exception, String flags) {
    return "io.gatun.device." + exception + ": the cpu kernels cannot run: add "
        + flags
        + " to the java command, or choose the scalar kernels with -Dgatun.kernels=scalar";
  }

  private static void assertOpened(String output) {
    assertTrue(output.startsWith("cpu ") && output.endsWith(" activations=q8 threads=1"), output);
  }

  private static String onTheClassPath(String... flags) throws IOException, InterruptedException {
    return Jvm.of(CpuBackend.class).with(flags).onTheClassPath(OpenDevice.class).output();
  }

  private static String onTheModulePath(String... flags) throws IOException, InterruptedException {
    return Jvm.of(CpuBackend.class).with(flags).onTheModulePath("io.gatun.cpu", OpenDevice.class).output();
  }

  @Test
  void aClassPathProgramWithoutFlagsIsToldBoth() throws Exception {
    assertEquals(
        refusal("--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED"), onTheClassPath());
  }

  @Test
  void aClassPathProgramWithOneFlagIsToldTheOther() throws Exception {
    assertEquals(refusal("--enable-native-access=ALL-UNNAMED"), onTheClassPath(VECTOR));
    assertEquals(refusal("MissingFlagException", "--add-modules jdk.incubator.vector"), onTheClassPath(NATIVE));
  }

  @Test
  void aClassPathProgramWithBothFlagsRuns() throws Exception {
    assertOpened(onTheClassPath(VECTOR, NATIVE));
  }

  @Test
  void theScalarKernelsNeedNoFlags() throws Exception {
    assertEquals(SCALAR, onTheClassPath("-Dgatun.kernels=scalar"));
  }

  @Test
  void vectorKernelsAskedForWithoutFlagsAreToldBoth() throws Exception {
    assertEquals(
        refusal("--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED"),
        onTheClassPath("-Dgatun.kernels=vector"));
  }

  @Test
  void aModulePathProgramIsToldToNameTheModule() throws Exception {
    String named = "--enable-native-access=io.gatun.cpu";
    assertEquals(refusal("--add-modules jdk.incubator.vector " + named), onTheModulePath());
    assertEquals(refusal(named), onTheModulePath(VECTOR));
    assertEquals(refusal("MissingFlagException", "--add-modules jdk.incubator.vector"), onTheModulePath(named));
    assertOpened(onTheModulePath(VECTOR, named));
  }
}
