package io.gatun.cli.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells inputs apart. */
final class Digests {
  private static final int DIGITS = 32;

  private Digests() {}

  /**
   * A whole file.
   *
   * @param sha256 its first half, in hexadecimal
   * @param lines how many it has, one without a newline at the end included
   */
  record Input(String sha256, long lines) {}

  /** Reads all of a file. */
  static Input input(Path path) {
    MessageDigest digest = sha256();
    long lines = 0;
    byte last = '\n';
    try (InputStream stream = Files.newInputStream(path)) {
      var buffer = new byte[1 << 16];
      for (int count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
        digest.update(buffer, 0, count);
        for (int i = 0; i < count; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
        last = buffer[count - 1];
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(path, e.getMessage()), e);
    }
    return new Input(hex(digest), last == '\n' ? lines : lines + 1);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }
}
