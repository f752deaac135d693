/** The contract of kernels and devices as a suite of checks, for the tests of whoever implements them. */
module io.gatun.conformance {
  requires transitive io.gatun.device;
  requires static org.jspecify;

  exports io.gatun.conformance;
}
