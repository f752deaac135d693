package io.gatun.model;

import io.gatun.tensors.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Tells model files apart at the cost of a few megabytes of reading. */
final class Fingerprint {
  private static final int HEAD = 4 << 20;
  private static final int SAMPLES = 64;
  private static final int SAMPLE = 4 << 10;

  private static final Pattern PARTS = Pattern.compile("config\\.json|.*\\.safetensors");

  private Fingerprint() {}

  static String of(Checkpoint checkpoint) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, checkpoint.sizeBytes()));
      for (Path path : files(checkpoint.path())) {
        update(digest, path);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The file itself; of a folder what weights and what describes them, in the order of their names. */
  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> PARTS.matcher(String.valueOf(file.getFileName())).matches()).sorted().toList();
    }
  }

  private static void update(MessageDigest digest, Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path)) {
      update(digest, file, 0, HEAD);
      for (int i = 1; i <= SAMPLES; i++) {
        update(digest, file, Math.max(0, file.size() / SAMPLES * i - SAMPLE), SAMPLE);
      }
    }
  }

  private static void update(MessageDigest digest, FileChannel file, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {}
    digest.update(bytes.flip());
  }
}
