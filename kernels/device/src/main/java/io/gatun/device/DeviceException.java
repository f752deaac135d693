package io.gatun.device;

/** Hardware, driver or JVM does not offer what was asked for. The message says what, and the fix where there is one. */
public sealed class DeviceException extends RuntimeException permits MissingFlagException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
