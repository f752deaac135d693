package io.gatun.device;

/** The strongest kernel tier that may be used. Anything but {@link #AUTO} asks for exactly that tier. */
public enum KernelCap {
  AUTO,
  SCALAR,
  VECTOR,
  JIT;

  /** The word users write. */
  public String id() {
    return Words.of(this);
  }

  /** @throws IllegalArgumentException for an unknown word, listing the known ones */
  public static KernelCap parse(String id) {
    return Words.parse(KernelCap.class, "kernels", id);
  }
}
