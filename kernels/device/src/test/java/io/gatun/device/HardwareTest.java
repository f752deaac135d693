package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HardwareTest {
  private static final BitSet ALL = new BitSet();

  private static List<String> processor(int number, int socket, int core) {
    return List.of(
        "processor\t: " + number,
        "model name\t: Some CPU @ 2.0GHz: fast",
        "physical id\t: " + socket,
        "core id\t\t: " + core,
        "flags\t\t: fpu avx2 avx512_vnni",
        "");
  }

  private static List<String> join(List<List<String>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  @Test
  void hyperthreadsShareACore() {
    var text = join(List.of(processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 0), processor(3, 1, 0)));
    Hardware hardware = HardwareProbe.parse(text, List.of("MemFree: 1 kB", "MemTotal:   16 kB"), ALL, "amd64", 4);
    assertEquals(new Hardware("Some CPU @ 2.0GHz: fast", Set.of("fpu", "avx2", "avx512_vnni"), 3, 16 * 1024), hardware);
  }

  @Test
  void theQuotaLimitsTheCores() {
    var text = join(List.of(processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 2)));
    assertEquals(1, HardwareProbe.parse(text, List.of(), ALL, "amd64", 1).cores());
  }

  /** Two processors of a process may be the hyperthreads of one core. */
  @Test
  void onlyCoresOfProcessorsThatAreAllowedCount() {
    var text = join(List.of(processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 0), processor(3, 0, 1)));
    assertEquals(1, HardwareProbe.parse(text, List.of(), allowed("0,2"), "amd64", 2).cores());
    assertEquals(2, HardwareProbe.parse(text, List.of(), allowed("1-2"), "amd64", 2).cores());
    assertEquals(2, HardwareProbe.parse(text, List.of(), allowed("0-3"), "amd64", 4).cores());
  }

  private static BitSet allowed(String list) {
    return HardwareProbe.allowed(List.of("Name:\tjava", "Cpus_allowed:\tf", "Cpus_allowed_list:\t" + list));
  }

  @Test
  void theProcessorsOfAnAffinityAreRead() {
    assertEquals(BitSet.valueOf(new long[] {0b1_0000_1101}), allowed("0,2-3,8"));
    assertEquals(ALL, HardwareProbe.allowed(List.of("Name:\tjava")));
  }

  @Test
  void armListsFeaturesAndNoCores() {
    var text = List.of("processor : 0", "Features : fp asimd asimddp", "", "processor : 1", "Features : fp asimd asimddp");
    assertEquals(
        new Hardware("aarch64", Set.of("fp", "asimd", "asimddp"), 2, 0),
        HardwareProbe.parse(text, List.of(), ALL, "aarch64", 2));
  }

  @Test
  void systemsWithoutFilesGetTheJvmsWord() {
    assertEquals(new Hardware("x86_64", Set.of(), 8, 0), HardwareProbe.parse(List.of(), List.of(), ALL, "x86_64", 8));
  }

  @Test
  void bigEndianIsRefused() {
    assertThrows(DeviceException.class, () -> HardwareProbe.requireLittleEndian(ByteOrder.BIG_ENDIAN));
    HardwareProbe.requireLittleEndian(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void thisComputerIsDescribed() {
    Hardware here = Hardware.detect();
    assertTrue(here.cores() >= 1 && here.cores() <= Runtime.getRuntime().availableProcessors(), here.toString());
    assertTrue(!here.cpu().isBlank());
  }

  @Test
  void aBackendThatIsNotInstalledIsNamed() {
    var thrown = assertThrows(DeviceException.class, () -> Backend.named("abacus"));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith("device 'abacus' is not installed: found "), thrown.getMessage());
  }
}
