package io.gatun.cli.terminal;

import io.gatun.device.DeviceException;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.template.TemplateException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * What an exception means to whoever called this program: an exit code and one line.
 *
 * @param exitCode as the README lists them
 * @param message one line, without the program's name; empty if there is nothing to say
 */
public record Failure(int exitCode, String message) {
  public static final int DONE = 0;
  public static final int OTHER = 1;
  public static final int USAGE = 2;
  public static final int MALFORMED = 3;
  public static final int UNSUPPORTED = 4;
  public static final int DEVICE = 5;
  public static final int INTERRUPTED = 130;

  public static Failure of(Throwable thrown) {
    return switch (thrown) {
      case ClosedPipe _ -> new Failure(DONE, "");
      case UncheckedIOException e when e.getCause() instanceof FileSystemException cause -> of(cause);
      case UsageException e -> new Failure(USAGE, text(e));
      case IllegalArgumentException e -> new Failure(USAGE, text(e));
      case NoSuchFileException e -> new Failure(USAGE, e.getFile() + ": no such file");
      case AccessDeniedException e -> new Failure(USAGE, e.getFile() + ": permission denied");
      case FormatException e -> new Failure(MALFORMED, text(e));
      case UnsupportedModelException e -> new Failure(UNSUPPORTED, text(e));
      case TemplateException e -> new Failure(e.isMalformed() ? MALFORMED : OTHER, text(e));
      case DeviceException e -> new Failure(DEVICE, text(e));
      case OutOfMemoryError e ->
          new Failure(OTHER, text(e) + ": the Java heap is too small, try GATUN_JAVA_OPTS=-Xmx8g");
      default -> new Failure(OTHER, text(thrown));
    };
  }

  private static String text(Throwable thrown) {
    String message = thrown.getMessage();
    return EscapeFilter.oneLine(message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message);
  }

  /** Says it on {@code err}, as {@code gatun: message}. */
  public void print(Output err) {
    if (!message.isEmpty()) {
      err.line("gatun: " + message);
    }
  }
}
