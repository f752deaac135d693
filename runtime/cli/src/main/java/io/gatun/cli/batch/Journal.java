package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;

/**
 * The file beside the output that keeps what the output cannot take yet: results that wait for a line before them. Only
 * ever appended to; a record counts if it is whole.
 *
 * <pre>
 * gatun batch journal 1 CRC {"seed":…,"run":{…}}     one line: which run this is
 * CRC NUMBER RESULT                                  then one line a result
 * </pre>
 *
 * <p>CRC is the CRC-32C of what follows it, as 8 hexadecimal digits. Where the first record that is not whole begins, the
 * journal ends: the program was killed while it wrote that. Owned by {@link Results}; one thread at a time.
 */
final class Journal implements AutoCloseable {
  private static final String MAGIC = "gatun batch journal 1 ";
  private static final int CRC_DIGITS = 8;

  private final Path path;
  private final FileChannel channel;
  private final long begin;
  private long end;

  /**
   * Where a result lies.
   *
   * @param offset of its first byte
   * @param length in bytes, without a newline
   */
  record Place(long offset, int length) {}

  /** What a journal says. */
  record Content(long seed, Map<String, String> run, Map<Long, Place> results, long begin, long end) {}

  private Journal(Path path, FileChannel channel, long begin, long end) {
    this.path = path;
    this.channel = channel;
    this.begin = begin;
    this.end = end;
  }

  static Path beside(Path output) {
    return output.resolveSibling(output.getFileName() + ".journal");
  }

  /**
   * Reads a journal that a run left.
   *
   * @return empty if there is none, or if the run was killed before its first line was whole
   * @throws UsageException if the file is something else
   */
  static Optional<Content> read(Path path) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try (var lines = LineReader.open(path)) {
      String header = text(lines.next()).orElse("");
      Optional<String> json = header.startsWith(MAGIC) ? checked(header.substring(MAGIC.length())) : Optional.empty();
      if (json.isEmpty() || !lines.terminated()) {
        requireTorn(path, header);
        return Optional.empty();
      }
      return Optional.of(content(Json.parse(json.get(), path.toString()), lines));
    }
  }

  private static Optional<String> text(Optional<InputLine> line) {
    return line.flatMap(
        found ->
            switch (found) {
              case InputLine.Text text -> Optional.of(text.text());
              case InputLine.Unreadable _ -> Optional.empty();
            });
  }

  private static void requireTorn(Path path, String beginning) {
    if (!MAGIC.startsWith(beginning) && !beginning.startsWith(MAGIC)) {
      throw new UsageException(
          path + ": is not a batch journal, but would be overwritten by one: move it away, or name another output");
    }
  }

  private static Content content(JsonNode header, LineReader lines) {
    var run = new LinkedHashMap<String, String>();
    header.path("run").properties().forEach(part -> run.put(part.getKey(), part.getValue().asString("")));
    var results = new LinkedHashMap<Long, Place>();
    long begin = lines.offset();
    long end = begin;
    Optional<String> record = record(lines);
    while (record.isPresent()) {
      int space = record.get().indexOf(' ');
      int length = utf8(record.get().substring(space + 1)).length;
      end = lines.offset();
      results.putIfAbsent(Long.valueOf(record.get().substring(0, space)), new Place(end - 1 - length, length));
      record = record(lines);
    }
    return new Content(header.path("seed").longValue(), run, results, begin, end);
  }

  private static Optional<String> record(LineReader lines) {
    return text(lines.next()).filter(_ -> lines.terminated()).flatMap(Journal::checked);
  }

  /** What follows the checksum, if it is right. */
  private static Optional<String> checked(String line) {
    boolean enough = line.length() > CRC_DIGITS && line.charAt(CRC_DIGITS) == ' ';
    Optional<String> text = enough ? Optional.of(line.substring(CRC_DIGITS + 1)) : Optional.empty();
    return text.filter(content -> line.startsWith(crc(content)));
  }

  private static String crc(String text) {
    var crc = new CRC32C();
    crc.update(utf8(text));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /** A new journal in place of any that was there, on the disk when this returns. */
  static Journal create(Path path, RunIdentity run, long seed) {
    var header = Json.object().put("seed", seed);
    var parts = header.putObject("run");
    run.parts().forEach(parts::put);
    String json = Json.text(header);
    try {
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ, StandardOpenOption.WRITE);
      var journal = new Journal(path, channel, 0, 0);
      journal.write(MAGIC + crc(json) + " " + json + "\n");
      channel.force(true);
      return new Journal(path, channel, journal.end, journal.end);
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  /** Goes on with one that was read; what is not whole is cut off. */
  static Journal reopen(Path path, Content content) {
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.truncate(content.end());
      return new Journal(path, channel, content.begin(), content.end());
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  /** Keeps a result. */
  Place append(long line, String result) {
    String record = line + " " + result;
    write(crc(record) + " " + record + "\n");
    int length = utf8(result).length;
    return new Place(end - 1 - length, length);
  }

  /** A result that was kept. */
  String result(Place place) {
    ByteBuffer bytes = ByteBuffer.allocate(place.length());
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, place.offset() + bytes.position()) < 0) {
          throw new IOException("it became shorter while in use");
        }
      }
    } catch (IOException e) {
      throw failure(path, "read", e);
    }
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  /** Bytes of results. */
  long size() {
    return end - begin;
  }

  /** Forgets all results. */
  void clear() {
    try {
      channel.truncate(begin);
      end = begin;
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  void delete() {
    close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw failure(path, "delete", e);
    }
  }

  private void write(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(utf8(text));
    try {
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(path, "close", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static UncheckedIOException failure(Path path, String what, IOException e) {
    return Results.failure(path, what, e);
  }
}
