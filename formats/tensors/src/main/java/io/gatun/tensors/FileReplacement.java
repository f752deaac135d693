package io.gatun.tensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that appear under their names when they are complete. */
public final class FileReplacement {
  private static final int CHUNK_BYTES = 1 << 20;

  private FileReplacement() {}

  /** What is written. */
  @FunctionalInterface
  public interface Content {
    /** @throws IOException if it cannot be had or written */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file beside {@code file} and then puts it in its place, so that the content may come from the very file that
   * is replaced.
   *
   * @throws IOException if writing fails; what was there stays
   */
  public static void write(Path file, Content content) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + ": is a folder, expected a file name");
    }
    var growing = Files.createTempFile(folder, String.valueOf(file.getFileName()), ".part");
    try {
      try (var channel = FileChannel.open(growing, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
      }
      Files.move(growing, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(growing);
    }
  }

  /** Writes a segment of any size. */
  public static void copy(MemorySegment bytes, WritableByteChannel out) throws IOException {
    var chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, Math.max(1, bytes.byteSize())));
    for (long done = 0; done < bytes.byteSize(); done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), bytes.byteSize() - done));
      MemorySegment.ofBuffer(chunk).copyFrom(bytes.asSlice(done, chunk.limit()));
      writeAll(out, chunk);
    }
  }

  /** Writes all that remains in a buffer. */
  public static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
