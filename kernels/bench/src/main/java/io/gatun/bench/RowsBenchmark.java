package io.gatun.bench;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
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

/** Attention of one token and of many, and norms. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class RowsBenchmark extends DeviceState {
  @Param({"f32", "f16", "q8_0"})
  public String cache = "";

  private Runnable decode = () -> {};
  private Runnable prefill = () -> {};
  private Runnable norm = () -> {};

  /** Makes the operands. */
  @Setup
  public void prepare() {
    Workloads workloads = open(ActivationPrecision.Q8);
    decode = workloads.attention(KvType.parse(cache), 1, 4096).body();
    prefill = workloads.attention(KvType.parse(cache), 256, 1024).body();
    norm = workloads.norm(Workloads.PREFILL_TOKENS, Workloads.DECODE_COLS).body();
  }

  /** One token over 4096 keys. */
  @Benchmark
  public void attentionOfOne() {
    decode.run();
  }

  /** The last 256 of 1024 tokens. */
  @Benchmark
  public void attentionOfMany() {
    prefill.run();
  }

  /** 512 rows of 4096 values. */
  @Benchmark
  public void rmsNorm() {
    norm.run();
  }
}
