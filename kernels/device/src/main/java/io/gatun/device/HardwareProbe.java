package io.gatun.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what the system says about its processors. Linux describes them in files; elsewhere the JVM's own words do. */
final class HardwareProbe {

  private HardwareProbe() {}

  static Hardware detect() {
    requireLittleEndian(ByteOrder.nativeOrder());
    Path cpuinfo = Path.of("/proc/cpuinfo");
    Path meminfo = Path.of("/proc/meminfo");
    Path status = Path.of("/proc/self/status");
    return parse(
        Files.isReadable(cpuinfo) ? lines(cpuinfo) : List.of(),
        Files.isReadable(meminfo) ? lines(meminfo) : List.of(),
        allowed(Files.isReadable(status) ? lines(status) : List.of()),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  static void requireLittleEndian(ByteOrder order) {
    if (!order.equals(ByteOrder.LITTLE_ENDIAN)) {
      throw new DeviceException("this processor is big-endian: weights are computed in place, in little-endian order");
    }
  }

  /**
   * The numbers of the processors, hyperthreads counted, that a process's affinity and its cpuset leave to it; empty where
   * the system does not say.
   *
   * @param status of the process
   */
  static BitSet allowed(List<String> status) {
    var allowed = new BitSet();
    status.stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .flatMap(line -> Arrays.stream(line.substring(line.indexOf(':') + 1).strip().split(",", -1)))
        .forEach(
            range -> {
              String[] ends = range.split("-", 2);
              allowed.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            });
    return allowed;
  }

  /**
   * @param allowed of which processors cores are counted; of all if there are none
   * @param processors that the process may use, hyperthreads counted and the CPU quota applied
   */
  static Hardware parse(
      List<String> cpuinfo, List<String> meminfo, BitSet allowed, String architecture, int processors) {
    var cores = new HashSet<String>();
    String name = architecture;
    Set<String> flags = Set.of();
    for (Map<String, String> fields : blocks(cpuinfo)) {
      boolean counts = allowed.isEmpty() || allowed.get(Integer.parseInt(fields.getOrDefault("processor", "0")));
      if (counts && fields.containsKey("physical id") && fields.containsKey("core id")) {
        cores.add(fields.get("physical id") + "/" + fields.get("core id"));
      }
      name = fields.getOrDefault("model name", name);
      String words = fields.getOrDefault("flags", fields.getOrDefault("Features", ""));
      if (!words.isEmpty()) {
        flags = new HashSet<>(List.of(words.split(" +")));
      }
    }
    int physical = cores.isEmpty() ? processors : Math.min(cores.size(), processors);
    return new Hardware(name, flags, physical, memoryBytes(meminfo));
  }

  /** The {@code key : value} lines of each processor; an empty line ends it. */
  private static List<Map<String, String>> blocks(List<String> cpuinfo) {
    var blocks = new ArrayList<Map<String, String>>();
    var fields = new HashMap<String, String>();
    for (String line : cpuinfo) {
      int colon = line.indexOf(':');
      if (colon >= 0) {
        fields.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      } else if (!fields.isEmpty()) {
        blocks.add(fields);
        fields = new HashMap<>();
      }
    }
    if (!fields.isEmpty()) {
      blocks.add(fields);
    }
    return blocks;
  }

  private static long memoryBytes(List<String> meminfo) {
    return meminfo.stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(kibibytes -> Long.parseLong(kibibytes) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static List<String> lines(Path path) {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
