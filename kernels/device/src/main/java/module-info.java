/** What a compute device does: buffers, matrices, about thirty operations, and the scalar reference of them all. */
module io.gatun.device {
  requires transitive io.gatun.tensors;
  requires static org.jspecify;

  exports io.gatun.device;

  uses io.gatun.device.Backend;
}
