/** Tensors as they lie in model files: their encodings, the checkpoint that owns their bytes, and its metadata. */
module io.gatun.tensors {
  requires static org.jspecify;

  exports io.gatun.tensors;
}
