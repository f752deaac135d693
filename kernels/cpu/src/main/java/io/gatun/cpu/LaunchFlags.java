package io.gatun.cpu;

import io.gatun.device.MissingFlagException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The flags of the java command that the faster kernels need, and that no manifest or module declaration can give. */
public final class LaunchFlags {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private LaunchFlags() {}

  /**
   * Without native access nothing faster than scalar is possible. Without the Vector API all is that machine code has a
   * form of, so that its module is named here only if something else is missing too.
   *
   * @param kernels the module of this code, unnamed on the class path
   * @return one line that names exactly the flags to add, or empty if native access is not missing
   */
  static Optional<String> missing(Module kernels, ModuleLayer boot) {
    if (kernels.isNativeAccessEnabled()) {
      return Optional.empty();
    }
    var flags = new ArrayList<String>();
    if (boot.findModule(VECTOR_MODULE).isEmpty()) {
      flags.add("--add-modules " + VECTOR_MODULE);
    }
    flags.add("--enable-native-access=" + (kernels.isNamed() ? kernels.getName() : "ALL-UNNAMED"));
    return Optional.of(message(flags));
  }

  /** Whether this JVM has the module of the Vector API. */
  public static boolean haveVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /** That a kernel was asked for which only the Vector API has, in a JVM without its module. */
  public static MissingFlagException vectorModuleIsMissing() {
    return new MissingFlagException(
        message(List.of("--add-modules " + VECTOR_MODULE)), "--add-modules=" + VECTOR_MODULE);
  }

  private static String message(List<String> flags) {
    return "the cpu kernels cannot run: add %s to the java command, or choose the scalar kernels with -Dgatun.kernels=scalar"
        .formatted(String.join(" ", flags));
  }
}
