package io.gatun.cli.chat;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Where typed lines are kept from one start to the next: for their owner's eyes only. */
final class HistoryFile {
  /** Most lines kept. */
  static final int LINES = 1000;

  private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

  private HistoryFile() {}

  /** {@code $XDG_STATE_HOME/gatun/history} where that is set, otherwise {@code ~/.gatun/history}. */
  static Path path() {
    String state = System.getenv("XDG_STATE_HOME");
    return state == null || state.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".gatun", "history")
        : Path.of(state, "gatun", "history");
  }

  /**
   * Makes it, or takes other people's rights on it away.
   *
   * @throws IOException if that is impossible; then there is no history
   */
  static Path prepared() throws IOException {
    Path file = path();
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    Files.createDirectories(file.getParent(), attributes(posix, "rwx------"));
    try {
      Files.createFile(file, attributes(posix, "rw-------"));
    } catch (FileAlreadyExistsException e) {
      if (posix && !Files.getPosixFilePermissions(file).equals(OWNER)) {
        Files.setPosixFilePermissions(file, OWNER);
      }
    }
    return file;
  }

  private static FileAttribute<?>[] attributes(boolean posix, String rights) {
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
        : new FileAttribute<?>[0];
  }
}
