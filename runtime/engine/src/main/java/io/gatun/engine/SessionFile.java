package io.gatun.engine;

import io.gatun.device.KvPool;
import io.gatun.model.KvCache;
import io.gatun.tensors.FormatException;
import io.gatun.text.TextRun;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A saved session: tokens, the pages that hold their keys and values, and a note of the caller's.
 *
 * <pre>
 *   "GATUNKV2"
 *   i32 n       bytes of the header that follows, big-endian as Java writes it
 *   header      fingerprint of the model · page format · note, each as i32 bytes and UTF-8
 *               i64 bytes of a page · i32 tokens, ids · i32 cached tokens
 *               i32 answers, each its text and its tokens
 *               i32 runs, each i8 1 if a message's and its text · text of the answer · ids
 *               i32 ends, each i32 characters and i32 tokens: see {@link Spoken}
 *   pages       raw, one after the other, up to the end of the file</pre>
 *
 * @param answers the tokens of generated answers by their text
 * @param spoken what the tokens of a templated conversation spell
 * @param cached tokens whose keys and values the pages hold, at most {@code tokens.length}
 * @param pagesOffset bytes from the start of the file
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SessionFile(
    String fingerprint,
    String pageFormat,
    long pageBytes,
    String note,
    int[] tokens,
    int cached,
    Map<String, int[]> answers,
    Spoken spoken,
    long pagesOffset) {
  private static final byte[] MAGIC = "GATUNKV2".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_HEADER = 1 << 28;

  /** Writes beside {@code file} first and then takes its place in one step, so that a failure or a kill leaves the old one. */
  void write(Path file, KvCache cache) throws IOException {
    Path target = file.toAbsolutePath();
    Path temporary = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".part");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
          Arena arena = Arena.ofConfined()) {
        writeFully(channel, ByteBuffer.wrap(head()));
        MemorySegment page = arena.allocate(pageBytes);
        for (int i = 0; i < pages(cached); i++) {
          cache.savePage(i, page);
          for (long at = 0; at < pageBytes; at += 1 << 30) {
            writeFully(channel, page.asSlice(at, Math.min(1 << 30, pageBytes - at)).asByteBuffer());
          }
        }
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** @throws FormatException if it is no saved session, or cut */
  static SessionFile read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer start = ByteBuffer.allocate(MAGIC.length + Integer.BYTES);
      readFully(channel, start, file);
      var magic = new byte[MAGIC.length];
      start.get(magic);
      int length = start.getInt();
      if (!Arrays.equals(magic, MAGIC) || length < 0 || length > MAX_HEADER || length > channel.size()) {
        throw new FormatException(file + ": no saved session of this version");
      }
      ByteBuffer header = ByteBuffer.allocate(length);
      readFully(channel, header, file);
      SessionFile read = parse(header, MAGIC.length + Integer.BYTES + (long) length);
      long expected = read.pagesOffset + read.pageBytes * pages(read.cached);
      if (read.cached < 0 || read.cached > read.tokens.length || channel.size() != expected) {
        throw new FormatException("%s: has %d bytes, expected %d".formatted(file, channel.size(), expected));
      }
      return read;
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw new FormatException(file + ": the saved session's header is damaged", e);
    }
  }

  /** Fills an empty cache from the file. */
  void load(Path file, KvCache cache) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      cache.load(cached, channel.map(MapMode.READ_ONLY, pagesOffset, pageBytes * pages(cached), arena));
    }
  }

  private byte[] head() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var header = new DataOutputStream(bytes);
    write(header, fingerprint);
    write(header, pageFormat);
    write(header, note);
    header.writeLong(pageBytes);
    write(header, tokens);
    header.writeInt(cached);
    header.writeInt(answers.size());
    for (var answer : answers.entrySet()) {
      write(header, answer.getKey());
      write(header, answer.getValue());
    }
    write(header, spoken);
    var head = ByteBuffer.allocate(MAGIC.length + Integer.BYTES + bytes.size());
    return head.put(MAGIC).putInt(bytes.size()).put(bytes.toByteArray()).array();
  }

  private static void write(DataOutputStream header, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    header.writeInt(utf8.length);
    header.write(utf8);
  }

  private static void write(DataOutputStream header, int[] ids) throws IOException {
    header.writeInt(ids.length);
    for (int id : ids) {
      header.writeInt(id);
    }
  }

  private static void write(DataOutputStream header, Spoken spoken) throws IOException {
    List<TextRun> runs = spoken.prompt().from(0);
    header.writeInt(runs.size());
    for (TextRun run : runs) {
      header.writeByte(run.origin() == TextRun.Origin.USER ? 1 : 0);
      write(header, run.text());
    }
    write(header, spoken.answer());
    write(header, spoken.ids());
    header.writeInt(spoken.ends().size());
    for (Spoken.End end : spoken.ends()) {
      header.writeInt(end.characters());
      header.writeInt(end.tokens());
    }
  }

  private static SessionFile parse(ByteBuffer header, long pagesOffset) {
    String fingerprint = text(header);
    String pageFormat = text(header);
    String note = text(header);
    long pageBytes = header.getLong();
    int[] tokens = ids(header);
    int cached = header.getInt();
    var answers = new LinkedHashMap<String, int[]>();
    for (int left = header.getInt(); left > 0; left--) {
      answers.put(text(header), ids(header));
    }
    Spoken spoken = spoken(header);
    return new SessionFile(fingerprint, pageFormat, pageBytes, note, tokens, cached, answers, spoken, pagesOffset);
  }

  private static Spoken spoken(ByteBuffer header) {
    var runs = new ArrayList<TextRun>();
    for (int left = header.getInt(); left > 0; left--) {
      runs.add(header.get() == 1 ? TextRun.user(text(header)) : TextRun.template(text(header)));
    }
    String answer = text(header);
    int[] ids = ids(header);
    var ends = new ArrayList<Spoken.End>();
    for (int left = header.getInt(); left > 0; left--) {
      ends.add(new Spoken.End(header.getInt(), header.getInt()));
    }
    return new Spoken(Rendering.of(runs), answer, ids, ends);
  }

  private static int[] ids(ByteBuffer header) {
    var ids = new int[bounded(header, header.getInt(), Integer.BYTES)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = header.getInt();
    }
    return ids;
  }

  private static String text(ByteBuffer header) {
    var utf8 = new byte[bounded(header, header.getInt(), 1)];
    header.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static int bounded(ByteBuffer header, int count, int size) {
    if (count > header.remaining() / size) {
      throw new BufferUnderflowException();
    }
    return count;
  }

  private static long pages(int tokens) {
    return Math.ceilDiv(tokens, KvPool.PAGE_TOKENS);
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer bytes, Path file) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new FormatException(file + ": no saved session, or cut");
      }
    }
    bytes.flip();
  }
}
