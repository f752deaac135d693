package io.gatun.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Hugging Face's own tokenizers, through their Java binding, on the same file. */
final class HfReference implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  private HfReference(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  static HfReference of(Path folder) {
    System.setProperty("ai.djl.offline", "true");
    try {
      return new HfReference(
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(folder.resolve(TokenizerJson.NAME))
              .optTruncation(false)
              .optPadding(false)
              .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int[] encode(String text, boolean addsSpecial) {
    return Arrays.stream(tokenizer.encode(text, addsSpecial, false).getIds()).mapToInt(Math::toIntExact).toArray();
  }

  String decode(int[] ids, boolean skipsSpecial) {
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), skipsSpecial);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
