package io.gatun.cli.load;

import io.gatun.cli.terminal.Json;
import io.gatun.device.Backend;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What this computer is, and what each device that is installed would compute with.
 *
 * @param hardware what was found
 * @param devices in the order of their ids
 */
public record HardwareReport(Hardware hardware, List<Device> devices) {

  /**
   * One device.
   *
   * @param id as users write it
   * @param verdict whether it can be used
   * @param kernels which were chosen, and why not others, one line each
   */
  public record Device(String id, Verdict verdict, List<String> kernels) {}

  /** Looks. */
  public static HardwareReport detect() {
    Hardware hardware = Hardware.detect();
    var devices = new ArrayList<Device>();
    for (Backend backend : Backend.all()) {
      devices.add(device(backend, hardware));
    }
    return new HardwareReport(hardware, devices);
  }

  private static Device device(Backend backend, Hardware hardware) {
    Verdict verdict = backend.verdict(hardware);
    return switch (verdict) {
      case Verdict.Usable _ ->
          new Device(
              backend.id(), verdict, Restart.ifNeeded(() -> backend.report(hardware, DeviceOptions.defaults())));
      case Verdict.Refused _ -> new Device(backend.id(), verdict, List.of());
    };
  }

  private static String jvm() {
    return "%s %s, Java %s".formatted(System.getProperty("java.vm.name"), System.getProperty("java.vm.version"), Runtime.version().feature());
  }

  private static String system() {
    return System.getProperty("os.name") + " " + System.getProperty("os.arch");
  }

  /** Lines {@code label: value}, without a newline at the end. */
  public String text() {
    var lines = new ArrayList<String>();
    lines.add("cpu: " + hardware.cpu());
    lines.add("cores: " + hardware.cores());
    lines.add("memory: " + (hardware.memoryBytes() == 0 ? "unknown" : ModelFacts.bytes(hardware.memoryBytes())));
    lines.add("instructions: " + (hardware.isa().isEmpty() ? "unknown" : String.join(" ", new TreeSet<>(hardware.isa()))));
    lines.add("system: " + system());
    lines.add("jvm: " + jvm());
    for (Device device : devices) {
      lines.add("device " + device.id() + ": " + verdict(device.verdict()));
      device.kernels().forEach(line -> lines.add("  " + line));
    }
    return String.join("\n", lines);
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Usable _ -> "usable";
      case Verdict.Refused refused -> "not usable: " + refused.reason();
    };
  }

  /** The same as one object. */
  public JsonNode json() {
    ObjectNode json = Json.object().put("cpu", hardware.cpu()).put("cores", hardware.cores());
    json.put("memory_bytes", hardware.memoryBytes());
    ArrayNode isa = json.putArray("isa");
    new TreeSet<>(hardware.isa()).forEach(isa::add);
    json.put("system", system()).put("jvm", jvm());
    ArrayNode list = json.putArray("devices");
    for (Device device : devices) {
      ObjectNode node = list.addObject().put("id", device.id());
      switch (device.verdict()) {
        case Verdict.Usable _ -> node.put("usable", true);
        case Verdict.Refused refused -> node.put("usable", false).put("reason", refused.reason());
      }
      ArrayNode kernels = node.putArray("kernels");
      device.kernels().forEach(kernels::add);
    }
    return json;
  }
}
