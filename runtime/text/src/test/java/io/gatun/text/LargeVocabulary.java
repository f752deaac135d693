package io.gatun.text;

import io.gatun.gguf.GgufWriter;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A file with a random byte-level vocabulary and nothing else. */
final class LargeVocabulary {
  private static final int LONGEST = 12;

  private LargeVocabulary() {}

  /** Writes {@code size} tokens: the bytes, and merges of two tokens each. */
  static Path write(Path file, int size) throws IOException {
    var random = new Random(1);
    var tokens = new ArrayList<String>(size);
    var merges = new ArrayList<String>(size);
    for (int b = 0; b < ByteTokens.COUNT; b++) {
      tokens.add(Character.toString(ByteAlphabet.character(b)));
    }
    Set<String> known = new HashSet<>(tokens);
    while (tokens.size() < size) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      if (left.length() + right.length() <= LONGEST && known.add(left + right)) {
        tokens.add(left + right);
        merges.add(left + " " + right);
      }
    }
    var types = new long[size];
    Arrays.fill(types, 1);
    new GgufWriter()
        .put(VocabularyReader.MODEL, new Metadata.Value("str", "gpt2"))
        .put(VocabularyReader.PRE, new Metadata.Value("str", "llama-bpe"))
        .put(VocabularyReader.TOKENS, strings(tokens))
        .put(VocabularyReader.MERGES, strings(merges))
        .put(VocabularyReader.PREFIX + "token_type", new Metadata.Value("arr[i32]", types))
        .put(VocabularyReader.PREFIX + "add_bos_token", new Metadata.Value("bool", false))
        .write(file);
    return file;
  }

  private static Metadata.Value strings(List<String> strings) {
    return new Metadata.Value("arr[str]", strings.toArray(String[]::new));
  }
}
