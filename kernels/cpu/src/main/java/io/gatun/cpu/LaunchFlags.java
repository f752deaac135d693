package io.gatun.cpu;

import java.util.ArrayList;
import java.util.Optional;

/** The flags of the java command that the faster kernels need, and that no manifest or module declaration can give. */
final class LaunchFlags {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private LaunchFlags() {}

  /**
   * @param kernels the module of this code, unnamed on the class path
   * @return one line that names exactly the flags to add, or empty if none is missing
   */
  static Optional<String> missing(Module kernels, ModuleLayer boot) {
    var flags = new ArrayList<String>();
    if (boot.findModule(VECTOR_MODULE).isEmpty()) {
      flags.add("--add-modules " + VECTOR_MODULE);
    }
    if (!kernels.isNativeAccessEnabled()) {
      flags.add("--enable-native-access=" + (kernels.isNamed() ? kernels.getName() : "ALL-UNNAMED"));
    }
    return flags.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the cpu kernels cannot run: add %s to the java command, or choose the scalar kernels with -Dgatun.kernels=scalar"
                .formatted(String.join(" ", flags)));
  }
}
