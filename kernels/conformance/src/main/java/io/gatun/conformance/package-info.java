/**
 * What every kernel and every device must do, as checks that a test hands to its framework:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheContract() {
 *   return KernelContract.of(MY_KERNELS).checks().map(check -> dynamicTest(check.name(), check::verify));
 * }
 * }</pre>
 *
 * <p>{@link io.gatun.conformance.KernelContract} is for a tier of kernels in host memory, {@link
 * io.gatun.conformance.DeviceContract} for a whole device, {@link io.gatun.conformance.GuardPages} for kernels that address
 * memory themselves, {@link io.gatun.conformance.Fuzz} for long runs. {@code -Dgatun.conformance.cases=N} sets the number of
 * products per encoding and precision; the long form is some ten thousand.
 */
package io.gatun.conformance;
