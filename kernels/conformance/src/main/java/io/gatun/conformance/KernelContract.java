package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.HostMemory;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.OpaqueEncoding;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the kernels of a tier in host memory must do: products for every encoding of the catalogue and every kind of matrix in
 * planes that they have a kernel for, at ugly sizes, ranges and fills, with 8-bit activations equal to scalar to the bit, with float activations within a
 * derived bound, and with the same bits however they are grouped; then the operations on rows. Immutable.
 *
 * @param memories where operands are, new for each case
 * @param cases of each encoding and precision
 */
public record KernelContract(Kernels kernels, Supplier<HostMemory> memories, int cases) {
  private static final int DEFAULT_CASES = 40;

  /** In ordinary memory, with as many cases as {@code -Dgatun.conformance.cases} says. */
  public static KernelContract of(Kernels kernels) {
    return new KernelContract(kernels, HostMemory::new, Integer.getInteger("gatun.conformance.cases", DEFAULT_CASES));
  }

  /** One check per encoding and precision, saved reproducers first, and one per operation on rows. */
  public Stream<Check> checks() {
    Stream<Check> saved = Reproducers.saved().stream().filter(this::applies).map(this::check);
    Stream<Check> products = groups().map(group -> new Check(group.name(kernels), () -> group.cases(cases).forEach(this::verify)));
    Stream<Check> rows = kernels.rows().stream().flatMap(subject -> RowContract.checks(subject, memories));
    return Stream.of(saved, products, rows).flatMap(stream -> stream);
  }

  /** Every case of a product that {@link #checks} verifies, one check each. */
  Stream<Check> products() {
    return Stream.concat(Reproducers.saved().stream().filter(this::applies), groups().flatMap(group -> group.cases(cases)))
        .map(this::check);
  }

  private Check check(ProductCase test) {
    return new Check(test.toString(), () -> verify(test));
  }

  private void verify(ProductCase test) {
    ProductCheck.verify(test, kernels, memories);
  }

  private boolean applies(ProductCase test) {
    return ProductCheck.applies(test, kernels);
  }

  /** The encodings and precisions that the kernels have. */
  private Stream<Group> groups() {
    return groups(kernels);
  }

  static Stream<Group> groups(Kernels kernels) {
    return Stream.concat(Encodings.all().stream(), PlaneKind.all().stream())
        .filter(encoding -> !(encoding instanceof OpaqueEncoding))
        .flatMap(
            encoding ->
                Stream.of(ActivationPrecision.Q8, ActivationPrecision.F32).map(precision -> new Group(encoding, precision)))
        .filter(group -> ProductCheck.applies(group.generator(1).next(), kernels));
  }

  /** What shares a kernel. */
  record Group(Encoding encoding, ActivationPrecision precision) {

    ProductCases generator(long seed) {
      return new ProductCases(encoding, precision, seed);
    }

    String name(Kernels kernels) {
      return "%s %s %s".formatted(kernels.name(), encoding.id(), precision.id());
    }

    Stream<ProductCase> cases(int count) {
      ProductCases generator = generator((encoding.id() + precision.id()).hashCode());
      return Stream.generate(generator::next).limit(count);
    }
  }

  /** As {@link Stream#toList} of {@link #checks}, run: the names of those that fail, with what is wrong. */
  public List<String> faults() {
    return checks().flatMap(check -> check.fault().stream()).toList();
  }
}
