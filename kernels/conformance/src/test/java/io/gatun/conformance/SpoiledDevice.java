package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.ReferenceDevice;
import io.gatun.device.Routing;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/** The reference, with one operation whose result is off by 1e-5 of it, or a choice changed. */
final class SpoiledDevice {
  static final List<String> OPERATIONS =
      List.of(
          "matmul",
          "matmulExperts",
          "addExperts",
          "convolve",
          "deltaNet",
          "stateSpace",
          "combine",
          "rmsNorm",
          "layerNorm",
          "rope",
          "gate",
          "activate",
          "softcap",
          "clamp",
          "xielu",
          "sparsify",
          "rescale",
          "mixRuns",
          "add",
          "scale",
          "scaleRows",
          "copyColumns",
          "embed",
          "gather",
          "attention",
          "route");

  private SpoiledDevice() {}

  /** A part of the names of the checks that must notice. */
  static String checkOf(String operation) {
    return switch (operation) {
      case "matmul" -> "matmul q4_0";
      case "matmulExperts", "combine" -> "experts q4_0";
      case "embed" -> "embed q4_0";
      default -> operation;
    };
  }

  static Device of(String wrong, ActivationPrecision precision) {
    var reference = new ReferenceDevice(precision);
    return (Device)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (_, method, arguments) -> {
              try {
                Object result = method.invoke(reference, arguments);
                return method.getName().equals(wrong) ? spoiled(reference, method.getName(), result, arguments) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Object spoiled(Device device, String operation, Object result, Object... arguments) {
    return switch (operation) {
      case "route" -> {
        var routing = (Routing) result;
        routing.weights()[0] *= 1.00001f;
        yield routing;
      }
      case "rope", "gate", "activate", "softcap", "clamp", "xielu", "sparsify", "rescale", "add", "scale", "scaleRows", "addExperts" -> {
        device.scale((Buffer) arguments[0], 1.00001f);
        yield result;
      }
      default -> {
        if (arguments[arguments.length - 1] instanceof Buffer out) {
          device.scale(out, 1.00001f);
        }
        yield result;
      }
    };
  }
}
