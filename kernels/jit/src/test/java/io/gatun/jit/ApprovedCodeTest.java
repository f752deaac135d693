package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.jit.PlaneForm.Codes;
import io.gatun.jit.PlaneForm.Scales;
import io.gatun.jit.PlaneForm.Zeros;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl3Encoding.Codebook;
import io.gatun.tensors.QuantizedEncoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The machine code is what was approved: size and SHA-256 of each function, and a few functions as GNU's {@code objdump}
 * lists them. A change is made on purpose: {@code -Dgatun.approve=FOLDER} writes the functions there, {@code NAME.bin} for
 * {@code objdump -D -b binary -mi386:x86-64}, and the new list.
 */
class ApprovedCodeTest {
  private static final String LIST = "approved.txt";

  /** The forms of panels. */
  private static final List<Isa> PANELS = List.of(Isa.AVX2, Isa.AVXVNNI, Isa.AVX512);

  @Test
  void everyFunctionIsTheApprovedOne() throws IOException {
    Map<String, byte[]> functions = functions();
    List<String> lines = functions.entrySet().stream().map(f -> line(f.getKey(), f.getValue())).toList();
    String folder = System.getProperty("gatun.approve");
    if (folder != null) {
      Path target = Files.createDirectories(Path.of(folder));
      for (var function : functions.entrySet()) {
        Files.write(target.resolve(function.getKey() + ".bin"), function.getValue());
      }
      Files.write(target.resolve(LIST), lines);
    }
    assertEquals(String.join("\n", resource(LIST).lines().toList()), String.join("\n", lines));
  }

  @ParameterizedTest
  @ValueSource(strings = {"q8_0-avx2-strip", "q8_0-avx512-strip", "f32-avx2-one", "loop-02"})
  void codeIsAsListed(String name) throws IOException {
    byte[] listed = listed(resource(name + ".lst"));
    assertTrue(listed.length > 0, name);
    assertArrayEquals(listed, functions().get(name), name);
  }

  private static Map<String, byte[]> functions() {
    var functions = new TreeMap<String, byte[]>();
    for (Isa isa : PANELS) {
      for (var encoding : Encodings.all()) {
        Supplier<BlockCode> code = encoding instanceof QuantizedEncoding quantized ? JitTier.block(quantized) : null;
        if (code != null) {
          BlockCode block = code.get();
          String name = encoding.id() + "-" + isa.id() + "-";
          functions.put(name + "strip", StripEmitter.function(block, isa.ofStrips(block)));
          functions.put(name + "panel", PanelEmitter.function(block, isa));
          for (int tokens = 2; isa == Isa.AVX2 && tokens <= BatchEmitter.largest(block); tokens++) {
            functions.put(name + "batch-" + tokens, BatchEmitter.function(block, tokens));
          }
        }
      }
    }
    for (Isa isa : List.of(Isa.AVX2, Isa.AVX512)) {
      for (FloatFormat format : List.of(FloatFormat.F32, FloatFormat.F16, FloatFormat.BF16)) {
        addFloats(functions, format, isa);
      }
    }
    addFloats(functions, FloatFormat.BF16_PAIRS, Isa.AVX512BF16);
    for (FloatFormat format : List.of(FloatFormat.F32, FloatFormat.F16)) {
      functions.put("rounding-" + id(format), FloatEmitter.rounding(format, Isa.AVX512BF16));
    }
    planes(functions, new PlaneForm(Codes.STREAMS, Scales.F16, Zeros.STORED_LESS_ONE), 2, 3, 4, 8);
    planes(functions, new PlaneForm(Codes.STREAMS, Scales.SQUARES, Zeros.MIDDLE), 2, 3, 4, 5, 6, 7, 8);
    planes(functions, new PlaneForm(Codes.NIBBLES, Scales.F16, Zeros.STORED), 4);
    for (int bits : List.of(2, 3, 4, 8)) {
      var sorted = new SortedForm(new PlaneForm(Codes.STREAMS, Scales.F16, Zeros.STORED_LESS_ONE), bits);
      functions.put("sorted-%d-sort".formatted(bits), SortedEmitter.sort(sorted));
      functions.put("sorted-%d-products".formatted(bits), SortedEmitter.products(sorted));
      PANELS.forEach(isa -> functions.put("sorted-%d-panel".formatted(bits) + of(isa), SortedEmitter.panel(sorted, isa)));
    }
    for (RowForm.Codes codes : RowForm.Codes.values()) {
      for (RowForm.Zeros zeros : List.of(RowForm.Zeros.MIDDLE, RowForm.Zeros.ACROSS)) {
        rows(functions, row(codes, 32, RowForm.Scales.BF16, zeros));
      }
    }
    for (RowForm.Codes codes : List.of(RowForm.Codes.E2M1, RowForm.Codes.NF4, RowForm.Codes.FP4)) {
      for (RowForm.Scales scales : RowForm.Scales.values()) {
        rows(functions, row(codes, 16, scales, RowForm.Zeros.MIDDLE));
      }
    }
    rows(functions, row(RowForm.Codes.NIBBLES, 32, RowForm.Scales.F16, RowForm.Zeros.ALONG));
    rows(
        functions,
        new RowForm(
            RowForm.Codes.SIGNED_BYTES, 32, RowForm.Scales.F32, RowForm.Sharing.MATRIX, true, true, RowForm.Zeros.MIDDLE));
    functions.put("rows-nibbles-order-16", RowNibbles.order(16));
    functions.put("rows-nibbles-order-32", RowNibbles.order(32));
    functions.put("rows-nested-scales", NestedScales.function());
    functions.put("bytes-one", ByteDotsEmitter.one());
    functions.put("bytes-four", ByteDotsEmitter.four());
    for (Codebook book : Codebook.values()) {
      for (int bits = 1; bits <= Byte.SIZE; bits++) {
        var format = new TrellisCode(bits, book);
        functions.put(format + "-sums", TrellisEmitter.sums(format));
        functions.put(format + "-panel", TrellisEmitter.panel(format));
      }
    }
    functions.put("hadamard-activations", HadamardEmitter.activations());
    functions.put("hadamard-results", HadamardEmitter.results());
    List<byte[]> loops = JitLoops.code();
    for (int i = 0; i < loops.size(); i++) {
      functions.put("loop-%02d".formatted(i), loops.get(i));
    }
    return functions;
  }

  private static void addFloats(Map<String, byte[]> functions, FloatFormat format, Isa isa) {
    String name = id(format) + "-" + isa.id() + "-";
    functions.put(name + "one", FloatEmitter.one(format, isa));
    functions.put(name + "first", FloatEmitter.tile(format, true, isa));
    functions.put(name + "further", FloatEmitter.tile(format, false, isa));
    functions.put(name + "results", FloatEmitter.results(FloatEmitter.TILE, isa));
  }

  private static String id(FloatFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }

  private static void planes(Map<String, byte[]> functions, PlaneForm form, int... widths) {
    for (int bits : widths) {
      String name = "%s-%s-%d-".formatted(form.codes(), form.scales(), bits).toLowerCase(Locale.ROOT);
      functions.put(name + "products", PlaneEmitter.products(form, bits));
      for (Isa isa : PANELS) {
        functions.put(name + "panel" + of(isa), PlaneEmitter.panel(form, bits, bits, isa));
        functions.put(name + "tiles" + of(isa), PanelEmitter.tiles(isa.shape(form.panel(bits)), isa));
      }
    }
  }

  /** What follows the name of a function, if it is of another form than most. */
  private static String of(Isa isa) {
    return isa == Isa.AVX2 ? "" : "-" + isa.id();
  }

  private static RowForm row(RowForm.Codes codes, int group, RowForm.Scales scales, RowForm.Zeros zeros) {
    return new RowForm(codes, group, scales, RowForm.Sharing.GROUPS, false, false, zeros);
  }

  private static void rows(Map<String, byte[]> functions, RowForm form) {
    String name =
        "rows-%s-%d-%s-%s-".formatted(form.codes(), form.group(), form.scales(), form.zeros()).toLowerCase(Locale.ROOT);
    functions.put(name + "factors", RowFactors.function(form, 4, form.scales().bytes == 1 ? 2 : 1));
    functions.put(name + "strip", StripEmitter.function(form.ofStrips(), Isa.AVX2));
    functions.put(name + "batch", BatchEmitter.function(form.ofStrips(), BatchEmitter.largest(form.ofStrips())));
    PANELS.forEach(isa -> functions.put(name + "panel" + of(isa), PanelEmitter.function(form.ofPanels(), isa)));
  }

  private static String line(String name, byte[] code) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(code);
      return "%s %d %s".formatted(name, code.length, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The bytes of a listing: lines {@code offset:<tab>bytes<tab>instruction}. */
  private static byte[] listed(String listing) {
    var bytes = new ByteArrayOutputStream();
    for (String line : listing.lines().toList()) {
      var columns = new ArrayList<>(List.of(line.split("\t", -1)));
      if (columns.size() > 1 && columns.getFirst().endsWith(":")) {
        bytes.writeBytes(HexFormat.ofDelimiter(" ").parseHex(columns.get(1).strip()));
      }
    }
    return bytes.toByteArray();
  }

  private static String resource(String name) throws IOException {
    try (InputStream stream = Objects.requireNonNull(ApprovedCodeTest.class.getResourceAsStream("approved/" + name), name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
