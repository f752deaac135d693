package io.gatun.bench;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The device of a benchmark. It says what it computes with, since a benchmark must. */
@State(Scope.Benchmark)
public class DeviceState {
  private static final System.Logger LOG = System.getLogger(DeviceState.class.getName());

  /** 0 for all cores. */
  @Param("0")
  public int threads;

  @Param("auto")
  public String kernels = "";

  private @Nullable Workloads workloads;

  Workloads open(ActivationPrecision precision) {
    Device device =
        Backend.named("cpu").open(Hardware.detect(), new DeviceOptions(threads, KernelCap.parse(kernels), precision));
    LOG.log(System.Logger.Level.INFO, device::describe);
    workloads = new Workloads(device, precision);
    return workloads;
  }

  /** Frees it. */
  @TearDown
  public void close() {
    Objects.requireNonNull(workloads).close();
  }
}
