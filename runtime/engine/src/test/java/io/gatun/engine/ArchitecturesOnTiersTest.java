package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.model.Batch;
import io.gatun.model.Forward;
import io.gatun.model.KvCache;
import io.gatun.model.Model;
import io.gatun.oracle.Npy;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture, on the kernels that people use. */
class ArchitecturesOnTiersTest {
  private static final Set<String> PRODUCTS = Set.of("matmul", "matmulExperts");
  private static final int RUN = 32;

  @TempDir Path folder;

  static List<String> models() {
    return References.decoders();
  }

  private static int[] ids(String name, String prompt) {
    return References.ids(References.prompt(name, prompt).path("ids"));
  }

  private static Device cpu(KernelCap cap, ActivationPrecision precision) {
    return Backend.named("cpu").open(Hardware.detect(), new DeviceOptions(2, cap, precision));
  }

  private static List<float[]> compute(Model model, Device device, KvType type, int[] ids, int chunk) {
    var forward = new Forward(model, device, model.spec().contextLength(), type, type, chunk);
    try (KvCache cache = forward.newCache()) {
      var rows = new ArrayList<float[]>();
      var batch = new Batch();
      for (int from = 0; from < ids.length; from += chunk) {
        batch.clear();
        batch.add(cache, ids, from, Math.min(ids.length, from + chunk), Batch.Logits.ALL);
        forward.run(batch, (_, logits) -> rows.add(logits.clone()));
      }
      return rows;
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreTheReferences(String name) {
    try (Model model = References.open(name);
        Device device = cpu(KernelCap.AUTO, ActivationPrecision.F32)) {
      for (String prompt : List.of("short", "long")) {
        int[] ids = ids(name, prompt);
        Npy expected = References.array(References.prompt(name, prompt).path("logits"));
        float[] last = expected.shape().size() == 2 ? expected.row(ids.length - 1) : expected.values();
        assertArrayEquals(last, compute(model, device, KvType.F32, ids, 64).getLast(), References.tolerance(name), prompt);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void chunksChangeNothing(String name) {
    int[] ids = Arrays.copyOf(ids(name, "long"), 70);
    try (Model model = References.open(name);
        Device device = cpu(KernelCap.AUTO, ActivationPrecision.Q8)) {
      List<float[]> whole = compute(model, device, KvType.F16, ids, 70);
      for (int chunk : new int[] {1, 7}) {
        List<float[]> chunked = compute(model, device, KvType.F16, ids, chunk);
        for (int i = 0; i < ids.length; i++) {
          assertArrayEquals(whole.get(i), chunked.get(i), 0f, "chunk " + chunk + " position " + i);
        }
      }
    }
  }

  /** With 8-bit activations products are the same to the bit on every tier, in whatever way a model uses its tensors. */
  @ParameterizedTest
  @MethodSource("models")
  void quantizedProductsAreTheSameOnEveryTier(String name) throws IOException {
    Path file = folder.resolve("quantized.gguf");
    quantize(Oracle.require("models/" + name + ".gguf"), file);
    int[] ids = ids(name, "short");
    try (Model model = Model.open(file);
        Device scalar = new ReferenceDevice(ActivationPrecision.Q8);
        Device fast = cpu(KernelCap.AUTO, ActivationPrecision.Q8)) {
      List<float[]> expected = compute(model, scalar, KvType.F16, ids, 32);
      List<float[]> found = compute(model, productsOf(fast, scalar), KvType.F16, ids, 32);
      for (int i = 0; i < ids.length; i++) {
        assertArrayEquals(expected.get(i), found.get(i), 0f, "position " + i);
      }
    }
  }

  /** A device whose products with quantized matrices are one's, and all else the other's. */
  private static Device productsOf(Device products, Device rest) {
    return (Device)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (proxy, method, arguments) -> {
              if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
              }
              boolean product =
                  PRODUCTS.contains(method.getName())
                      && arguments[1] instanceof Matrix w
                      && w.encoding() instanceof QuantizedEncoding;
              return invoke(product ? products : rest, method, arguments);
            });
  }

  private static Object invoke(Device device, Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(device, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Matrices of halves as q8_0, where their rows are whole blocks. */
  private static void quantize(Path source, Path target) throws IOException {
    try (Checkpoint checkpoint = GgufFile.open(source)) {
      var writer = new GgufWriter().putAll(checkpoint.metadata());
      for (TensorData tensor : checkpoint.tensors().values()) {
        boolean quantizes = tensor.encoding().equals(Encodings.F16) && tensor.cols() % RUN == 0;
        writer.add(quantizes ? quantized(tensor) : tensor);
      }
      writer.write(target);
    }
  }

  private static TensorData quantized(TensorData tensor) {
    int count = Math.toIntExact(tensor.values());
    var values = new float[count];
    tensor.encoding().decode(tensor.bytes(), 0, values, 0, count);
    MemorySegment blocks = MemorySegment.ofArray(new byte[Math.toIntExact(Encodings.Q8_0.bytes(count))]);
    long offset = 0;
    for (int start = 0; start < count; start += RUN) {
      float max = 0;
      for (int i = start; i < start + RUN; i++) {
        max = Math.max(max, Math.abs(values[i]));
      }
      blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, Float.floatToFloat16(max / 127));
      for (int i = 0; i < RUN; i++) {
        byte code = max == 0 ? 0 : (byte) Math.rint(values[start + i] * 127 / max);
        blocks.set(ValueLayout.JAVA_BYTE, offset + Short.BYTES + i, code);
      }
      offset += Encodings.Q8_0.bytes(RUN);
    }
    return new TensorData(tensor.name(), tensor.shape(), Encodings.Q8_0, List.of(blocks));
  }
}
