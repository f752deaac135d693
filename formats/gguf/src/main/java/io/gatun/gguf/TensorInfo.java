package io.gatun.gguf;

import io.gatun.tensors.Encoding;
import java.util.List;

/**
 * Where a tensor lies.
 *
 * @param dims as stored: the first is the one whose values are adjacent
 * @param start byte in the file
 * @param bytes its size
 */
record TensorInfo(String name, List<Long> dims, Encoding encoding, long start, long bytes) {
  TensorInfo {
    dims = List.copyOf(dims);
  }

  long end() {
    return start + bytes;
  }
}
