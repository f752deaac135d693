package io.gatun.bench;

import io.gatun.device.ActivationPrecision;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Products, for any encoding, precision and number of activation rows: 1 takes a matrix that is larger than the caches. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class MatmulBenchmark extends DeviceState {
  @Param({"q4_0", "q8_0", "q4_k", "q6_k", "f16"})
  public String encoding = "";

  @Param({"q8", "f32"})
  public String activations = "";

  @Param({"1", "512"})
  public int tokens;

  private Runnable product = () -> {};

  /** Makes the operands. */
  @Setup
  public void prepare() {
    Encoding weights = Encodings.byId(encoding).orElseThrow();
    Workloads workloads = open(ActivationPrecision.parse(activations));
    product =
        (tokens == 1
                ? workloads.decode(weights)
                : workloads.matmul(weights, tokens, Workloads.PREFILL_SIZE, Workloads.PREFILL_SIZE))
            .body();
  }

  /** One product. */
  @Benchmark
  public void matmul() {
    product.run();
  }
}
