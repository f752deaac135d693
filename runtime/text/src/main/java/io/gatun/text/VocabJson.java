package io.gatun.text;

import io.gatun.tensors.FormatException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code vocab.json} and {@code merges.txt}, which hold a byte-level vocabulary but not how text is cut: that
 * goes by the class of the tokenizer in {@code tokenizer_config.json}.
 */
final class VocabJson {
  static final String NAME = "vocab.json";
  static final String MERGES = "merges.txt";

  static final String QWEN_2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
          + "\\s+(?!\\S)|\\s+";

  private VocabJson() {}

  static HfTokenizer read(Path folder, TokenizerSettings settings) {
    Path file = folder.resolve(NAME);
    TokenEntries entries =
        JsonReader.readTop(file, (parser, reader) -> TokenEntries.read(parser, reader, "the vocabulary"));
    MergeEntries merges = merges(folder.resolve(MERGES));
    JsonObject config = settings.config();
    String name = config.string("tokenizer_class", "GPT2Tokenizer").replaceFirst("Fast$", "");
    boolean qwen =
        switch (name) {
          case "Qwen2Tokenizer" -> true;
          case "GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer" -> false;
          default ->
              throw config.unsupported("tokenizer_class", "'%s' with %s instead of %s".formatted(name, NAME,
                  TokenizerJson.NAME));
        };
    var vocabulary = new HfVocabulary(file.toString(), entries, List.of(), false, settings);
    WordCut cut = WordCutReader.byteLevel(config.bool("add_prefix_space", false),
        Optional.of(qwen ? QWEN_2 : PreTokenizer.Words.GPT_2));
    Optional<Normalizer> normalizer = qwen ? Optional.of(new Normalizer.UnicodeForm(Form.NFC)) : Optional.empty();
    boolean surrounds = !qwen && !name.equals("GPT2Tokenizer");
    List<Integer> surroundings = vocabulary.surrounded(surrounds ? roberta(vocabulary,
        config) : List.of(Pipeline.TEXT));
    var options = new MergeModel.Options(Optional.empty(), false, false, "", "", false);
    return vocabulary
        .with("merges", "arr[str]", merges.spellings())
        .tokenizer(
            surroundings,
            known ->
                new Pipeline.Steps(
                    vocabulary.added(),
                    normalizer,
                    Optional.of(cut),
                    new MergeModel(known, merges.spellings(), merges.separator(), options),
                    surroundings,
                    List.of(new TokenDecoding.ByteLevel()),
                    vocabulary.cleansUp()));
  }

  private static List<Integer> roberta(HfVocabulary vocabulary, JsonObject config) {
    Integer begin = vocabulary.roles().get(SpecialRole.BOS);
    Integer end = vocabulary.roles().get(SpecialRole.SEPARATOR);
    if (begin == null || end == null) {
      throw config.malformed("cls_token and sep_token", "missing", "two tokens of the vocabulary");
    }
    return List.of(begin, Pipeline.TEXT, end);
  }

  private static MergeEntries merges(Path file) {
    var merges = new MergeEntries();
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.startsWith("#version") && !line.isEmpty() && !merges.add(line)) {
          throw new FormatException(
              "%s: line %d is '%s', expected two symbols with a space between them".formatted(file, number, line));
        }
      }
    } catch (CharacterCodingException e) {
      throw new FormatException("%s: no UTF-8 after line %d, expected merges".formatted(file, number), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return merges;
  }
}
