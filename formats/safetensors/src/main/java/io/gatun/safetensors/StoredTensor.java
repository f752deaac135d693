package io.gatun.safetensors;

import io.gatun.tensors.Encoding;
import java.util.List;

/**
 * Where a tensor lies.
 *
 * @param shape dimensions, slowest first; none for a single number
 * @param start byte in the file
 * @param end byte after the last
 */
record StoredTensor(String name, List<Long> shape, Encoding encoding, long start, long end) {
  StoredTensor {
    shape = List.copyOf(shape);
  }
}
