package io.gatun.text;

import static io.gatun.text.HfFolder.literal;
import static io.gatun.text.HfFolder.part;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The vocabularies of reference models, in the files in which Hugging Face's libraries would have them. */
final class HfVocabularies {
  private final Metadata metadata;
  private final Vocabulary vocabulary;
  private final long[] types;
  private final Map<String, Object> config = new LinkedHashMap<>();

  HfVocabularies(Metadata metadata) {
    this.metadata = metadata;
    this.vocabulary = Vocabulary.of(metadata);
    this.types = metadata.optionalIntegers(VocabularyReader.TYPES).orElseThrow();
    role("bos_token", SpecialRole.BOS);
    role("eos_token", SpecialRole.EOS);
    role("unk_token", SpecialRole.UNKNOWN);
    role("pad_token", SpecialRole.PADDING);
    role("sep_token", SpecialRole.SEPARATOR);
    role("mask_token", SpecialRole.MASK);
    config.put("add_bos_token", vocabulary.addsBos());
    config.put("add_eos_token", vocabulary.addsEos());
  }

  private void role(String name, SpecialRole role) {
    vocabulary.special(role).ifPresent(id -> config.put(name, vocabulary.text(id)));
  }

  private boolean is(int id, TokenType type) {
    return types[id] == type.number();
  }

  /** Bytes; only what text may become is in the vocabulary of the model. */
  void writeByteLevel(Path folder, Map<String, Object> cut, boolean wholeWords) {
    var vocab = new LinkedHashMap<String, Object>();
    for (int id = 0; id < types.length; id++) {
      if (is(id, TokenType.NORMAL)) {
        vocab.put(vocabulary.text(id), id);
      }
    }
    config.put("clean_up_tokenization_spaces", PreTokenizer.of(metadata).has(PreTokenizer.Trait.CLEANS_UP));
    Utf8Strings merges = metadata.utf8Strings(VocabularyReader.MERGES);
    write(
        folder,
        new HfFolder(part("BPE", "vocab", vocab, "merges", merges, "ignore_merges", wholeWords))
            .with("pre_tokenizer", cut)
            .with("decoder", part("ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false)));
  }

  private void write(Path folder, HfFolder file) {
    for (int id = 0; id < types.length; id++) {
      if (is(id, TokenType.USER_DEFINED)) {
        file.add(id, vocabulary.text(id));
      } else if (is(id, TokenType.CONTROL) || is(id, TokenType.UNKNOWN)) {
        file.add(id, vocabulary.text(id), "special");
      }
    }
    file.write(folder);
    HfFolder.write(folder, "tokenizer_config.json", HfFolder.json(config));
  }

  /** SentencePiece's own file. */
  void writeModelFile(Path folder, int kind, boolean mergesSpaces) {
    var message = new ProtobufMessage();
    for (int id = 0; id < types.length; id++) {
      message.piece(vocabulary.text(id), vocabulary.score(id), (int) types[id]);
    }
    message.message(2, new ProtobufMessage().integer(3, kind).integer(35, 1));
    message.message(3, new ProtobufMessage().integer(4, mergesSpaces ? 1 : 0));
    try {
      Files.write(folder.resolve(SentencePieceFile.NAME), message.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HfFolder.write(folder, "tokenizer_config.json", HfFolder.json(config));
  }

  /** What a merge makes of two tokens. */
  private record Merge(String left, String right, float score) {}

  /** SentencePiece with merges instead of scores: of each token all pairs that spell it, the best token first. */
  void writeMerges(Path folder) {
    var vocab = new LinkedHashMap<String, Object>();
    var merges = new ArrayList<Merge>();
    for (int id = 0; id < types.length; id++) {
      String text = vocabulary.text(id);
      vocab.put(text, id);
      for (int at = 1; at < text.length() && is(id, TokenType.NORMAL); at++) {
        if (vocabulary.id(text.substring(0, at)).isPresent() && vocabulary.id(text.substring(at)).isPresent()) {
          merges.add(new Merge(text.substring(0, at), text.substring(at), vocabulary.score(id)));
        }
      }
    }
    merges.sort(Comparator.comparingDouble(Merge::score).reversed());
    List<List<String>> pairs = merges.stream().map(merge -> List.of(merge.left(), merge.right())).toList();
    var space = part("Replace", "pattern", literal(" "), "content", "▁");
    write(
        folder,
        new HfFolder(part("BPE", "vocab", vocab, "merges", pairs, "unk_token", "<unk>", "fuse_unk", true, "byte_fallback", true))
            .with("normalizer", part("Sequence", "normalizers", List.of(part("Prepend", "prepend", "▁"), space)))
            .with("decoder", part("Fuse")));
  }

  /** BERT's; a token within a word has a prefix, and one that begins a word none. */
  void writeWordPiece(Path folder) {
    var vocab = new LinkedHashMap<String, Object>();
    for (int id = 0; id < types.length; id++) {
      String text = vocabulary.text(id);
      boolean whole = !is(id, TokenType.NORMAL) || text.matches("\\[.*]");
      vocab.put(whole ? text : text.startsWith("▁") ? text.substring(1) : "##" + text, id);
    }
    config.put("cls_token", config.remove("bos_token"));
    write(
        folder,
        new HfFolder(
                part("WordPiece", "vocab", vocab, "unk_token", "[UNK]", "continuing_subword_prefix", "##",
                    "max_input_chars_per_word", 100))
            .with("normalizer", part("BertNormalizer", "clean_text", true, "handle_chinese_chars", true, "lowercase", true))
            .with("pre_tokenizer", part("BertPreTokenizer"))
            .with("decoder", part("WordPiece", "prefix", "##", "cleanup", true)));
  }
}
