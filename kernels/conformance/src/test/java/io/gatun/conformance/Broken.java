package io.gatun.conformance;

import io.gatun.device.HostBuffer;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Supplier;

/** The scalar kernels with a fault, for two encodings. Stateless. */
final class Broken {

  private Broken() {}

  /** A kernel around another. */
  interface Fault {
    <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch);
  }

  static Kernels with(String name, Fault fault) {
    MatmulKernel<QuantizedRows> q8 = (p, from, to, scratch) -> fault.run(ScalarKernels.q8Matmul(), p, from, to, scratch);
    MatmulKernel<HostBuffer> floats =
        (p, from, to, scratch) -> fault.run(ScalarKernels.floatMatmul(), p, from, to, scratch);
    return new Kernels(
        name,
        encoding -> has(encoding) ? Optional.of(q8) : Optional.empty(),
        encoding -> has(encoding) ? Optional.of(floats) : Optional.empty(),
        Optional.empty());
  }

  private static boolean has(Encoding encoding) {
    return encoding.equals(Encodings.Q4_0) || encoding.equals(Encodings.F32);
  }

  /** Multiplies one output. */
  static void spoil(Product<?> product, long token, long row, float factor) {
    long index = (product.firstOut() + token) * product.out().cols() + row;
    float value = product.out().segment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    product.out().segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value * factor);
  }

  @SuppressWarnings("restricted")
  private static byte peek(long address) {
    return MemorySegment.ofAddress(address).reinterpret(1).get(ValueLayout.JAVA_BYTE, 0);
  }

  /** Right. */
  public static final class Sound implements Supplier<Kernels> {
    @Override
    public Kernels get() {
      return with("sound", MatmulKernel::run);
    }
  }

  /** Reads the byte after the matrix. */
  public static final class ReadsPastTheEnd implements Supplier<Kernels> {
    @Override
    public Kernels get() {
      return with(
          "reads past the end",
          new Fault() {
            @Override
            public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
              MemorySegment bytes = product.w().bytes();
              if (bytes.isNative() && peek(bytes.address() + bytes.byteSize()) == 77) {
                throw new IllegalStateException("so that the byte is needed");
              }
              kernel.run(product, from, to, scratch);
            }
          });
    }
  }

  /** Reads the byte before the activations' buffer, or before the results. */
  public static final class ReadsBeforeTheStart implements Supplier<Kernels> {
    @Override
    public Kernels get() {
      return with(
          "reads before the start",
          new Fault() {
            @Override
            public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
              if (peek(product.out().segment().address() - 1) == 77) {
                throw new IllegalStateException("so that the byte is needed");
              }
              kernel.run(product, from, to, scratch);
            }
          });
    }
  }

  /** Writes the byte after the results, which nobody would see. */
  public static final class WritesPastTheEnd implements Supplier<Kernels> {
    @Override
    public Kernels get() {
      return with(
          "writes past the end",
          new Fault() {
            @Override
            @SuppressWarnings("restricted")
            public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
              kernel.run(product, from, to, scratch);
              MemorySegment out = product.out().segment();
              MemorySegment.ofAddress(out.address() + out.byteSize()).reinterpret(1).fill((byte) 0);
            }
          });
    }
  }
}
