package io.gatun.tensors;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps files whole, read-only. */
public final class FileMapping {
  private FileMapping() {}

  /**
   * @param expected what the file should be, for the message: {@code a GGUF file}
   * @return the bytes of the file, valid until {@code arena} closes; at most as many as it had when it was opened
   * @throws NoSuchFileException if there is no such file
   * @throws FormatException if it is a folder or a device
   * @throws IOException if the system refuses to open or map it
   */
  public static MemorySegment map(Path file, String expected, Arena arena) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FormatException("%s: is a folder or a device, expected %s".formatted(file, expected));
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
