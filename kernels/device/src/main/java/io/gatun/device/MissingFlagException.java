package io.gatun.device;

/** The java command lacks a flag with which what was asked for would work. The message names it. */
public final class MissingFlagException extends DeviceException {
  private static final long serialVersionUID = 1L;

  private final String flag;

  /** @param flag in one word */
  public MissingFlagException(String message, String flag) {
    super(message);
    this.flag = flag;
  }

  /** The flag, in one word, as it stands in a java command. */
  public String flag() {
    return flag;
  }
}
