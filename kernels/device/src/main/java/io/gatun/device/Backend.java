package io.gatun.device;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** A kind of device, found by {@link java.util.ServiceLoader}. Stateless and thread-safe. */
public interface Backend {

  /** The word users write after {@code --device}: {@code cpu}, {@code cuda}. */
  String id();

  /** Whether a device can be opened here. */
  Verdict verdict(Hardware hardware);

  /** @throws DeviceException if the hardware or the JVM does not offer what {@code options} ask for */
  Device open(Hardware hardware, DeviceOptions options);

  /** The kernels that {@code options} would get, one line each, and why not others: for {@code inspect --hardware}. */
  List<String> report(Hardware hardware, DeviceOptions options);

  /** All backends that are installed, by id. */
  static List<Backend> all() {
    return ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(Backend::id))
        .toList();
  }

  /**
   * @param id as users write it
   * @throws DeviceException if no such backend is installed, listing those that are
   */
  static Backend named(String id) {
    List<Backend> all = all();
    return all.stream()
        .filter(backend -> backend.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new DeviceException(
                    "device '%s' is not installed: found %s; add gatun-%s to the class path or module path"
                        .formatted(
                            id,
                            all.isEmpty() ? "none" : all.stream().map(Backend::id).collect(Collectors.joining(", ")),
                            id)));
  }
}
