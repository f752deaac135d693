package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.device.Routing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A device with a model's weights on it and scratch buffers by role: what the parts of the forward pass are made of. Used by
 * one thread.
 */
final class Workbench {
  private final Device device;
  private final Weights weights;
  private final int maxRows;
  private final Map<String, List<Scratch>> scratch = new HashMap<>();

  /** The buffers of one role and width: all of it, and as many rows of it as were last asked for. */
  private static final class Scratch {
    final Buffer all;
    Buffer last;

    Scratch(Buffer all) {
      this.all = all;
      last = all;
    }

    Buffer first(long rows) {
      if (last.rows() != rows) {
        last = all.first(rows);
      }
      return last;
    }
  }

  /** @param maxRows most rows of a batch */
  Workbench(Device device, Weights weights, int maxRows) {
    this.device = device;
    this.weights = weights;
    this.maxRows = maxRows;
  }

  Device device() {
    return device;
  }

  int maxRows() {
    return maxRows;
  }

  Matrix matrix(Linear linear) {
    return weights.matrix(linear);
  }

  Buffer ones(long size) {
    return weights.ones(size);
  }

  Buffer vector(String name, long size) {
    return weights.vector(name, size);
  }

  /** The norm of {@code x}: in {@code out}, or {@code x} itself where there is none. */
  Buffer norm(Norm norm, Buffer x, Buffer out) {
    switch (norm) {
      case Norm.None _ -> {
        return x;
      }
      case Norm.Rms rms -> {
        boolean together = rms.length() == rms.size() && rms.gain().isPresent();
        Buffer gain = together ? weights.vector(rms.gain().get(), rms.size()) : weights.ones(rms.length());
        device.rmsNorm(x, gain, rms.eps(), out);
        if (!together) {
          rms.gain().ifPresent(name -> multiply(out, weights.vector(name, rms.size())));
        }
        rms.bias().ifPresent(name -> addToRuns(out, weights.vector(name, rms.size())));
      }
      case Norm.RmsByRun byRun -> {
        device.rmsNorm(x, weights.ones(byRun.length()), byRun.eps(), out);
        Buffer factors = buffer("run-factors", x.rows(), byRun.runs());
        device.gather(weights.vector(byRun.gain(), byRun.runs()), new int[Math.toIntExact(x.rows())], factors);
        long runs = x.rows() * byRun.runs();
        device.scaleRows(out.reshaped(runs, byRun.length()), factors.reshaped(runs, 1));
      }
      case Norm.Layer layer -> {
        Buffer gain =
            layer.gain().map(name -> weights.vector(name, layer.size())).orElseGet(() -> weights.ones(layer.size()));
        device.layerNorm(x, layer.length(), gain, layer.eps(), out);
        layer.bias().ifPresent(name -> addToRuns(out, weights.vector(name, layer.size())));
      }
    }
    return out;
  }

  /** The same vector to each run of its length. */
  private void addToRuns(Buffer x, Buffer vector) {
    device.add(x.reshaped(x.rows() * x.cols() / vector.cols(), vector.cols()), vector);
  }

  /** Each row of {@code x} by the same factors. */
  void multiply(Buffer x, Buffer factors) {
    Buffer rows = buffer("factors", x.rows(), x.cols());
    device.gather(factors, new int[Math.toIntExact(x.rows())], rows);
    device.gate(x, rows, ActivationFunction.IDENTITY);
  }

  /** Multiplies queries as their positions demand. */
  void heat(Mixer.Temperature temperature, Buffer q, int... positions) {
    var factors = new float[positions.length];
    for (int row = 0; row < factors.length; row++) {
      double lengths = Math.floor((positions[row] + (double) temperature.offset()) / temperature.length());
      factors[row] = (float) (1 + temperature.scale() * Math.log1p(lengths));
    }
    device.scaleRows(q, column("temperature", maxRows, factors));
  }

  /** Numbers, one for each row of something. */
  Buffer column(String role, long capacity, float... values) {
    Buffer column = buffer(role, capacity, values.length, 1);
    device.write(values, column);
    return column;
  }

  void linear(Buffer x, Linear linear, Buffer out) {
    device.matmul(x, matrix(linear), out);
    finish(linear, out);
  }

  /** Several maps of the same input. */
  void linear(Buffer x, List<Linear> linears, List<Buffer> outs) {
    var matrices = new ArrayList<Matrix>(linears.size());
    for (int i = 0; i < linears.size(); i++) {
      matrices.add(matrix(linears.get(i)));
    }
    device.matmul(x, matrices, outs);
    for (int i = 0; i < linears.size(); i++) {
      finish(linears.get(i), outs.get(i));
    }
  }

  private void finish(Linear linear, Buffer out) {
    linear.scale().ifPresent(name -> device.scale(out, weights.scales(linear, name)[0]));
    linear.bias().ifPresent(name -> device.add(out, weights.bias(linear, name)));
  }

  /** The maps of the experts that each slot chose. */
  void experts(Buffer x, Linear linear, Routing routing, Buffer out) {
    device.matmulExperts(x, matrix(linear), routing, out);
    linear
        .scale()
        .ifPresent(
            name -> {
              float[] factors = chosen(weights.scales(linear, name), routing);
              device.scaleRows(out, column("expert-scale", maxRows * (long) routing.used(), factors));
            });
    linear.bias().ifPresent(name -> device.addExperts(out, weights.biases(linear, name), routing));
  }

  private static float[] chosen(float[] byExpert, Routing routing) {
    var bySlot = new float[routing.slots()];
    for (int slot = 0; slot < bySlot.length; slot++) {
      bySlot[slot] = byExpert[routing.experts()[slot]];
    }
    return bySlot;
  }

  Buffer slots(String role, Routing routing, long cols) {
    return buffer(role, maxRows * (long) routing.used(), routing.slots(), cols);
  }

  Buffer buffer(String role, long rows, long cols) {
    return buffer(role, maxRows, rows, cols);
  }

  /** Scratch memory that lives as long as the device; layers of different widths have their own. */
  Buffer buffer(String role, long capacity, long rows, long cols) {
    List<Scratch> widths = scratch.computeIfAbsent(role, _ -> new ArrayList<>());
    for (int i = 0; i < widths.size(); i++) {
      if (widths.get(i).all.cols() == cols) {
        return widths.get(i).first(rows);
      }
    }
    var made = new Scratch(device.buffer(capacity, cols));
    widths.add(made);
    return made.first(rows);
  }
}
