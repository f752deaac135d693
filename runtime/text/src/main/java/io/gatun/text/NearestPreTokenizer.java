package io.gatun.text;

import io.gatun.text.PreTokenizer.Trait;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The pre-tokenizer of GGUF files that cuts most like the steps of a Hugging Face tokenizer whose words are spelled in the
 * alphabet of bytes.
 *
 * @param differing how many usual texts it cuts otherwise; for most models none
 */
record NearestPreTokenizer(PreTokenizer found, int differing) {
  /** Where this is in front of a text already, nothing is put there. */
  private static final String SPACE = " ";

  /** How often a pre-tokenizer differs, and whether its traits do. */
  private record Candidate(PreTokenizer pre, int usual, int unusual, boolean wholeWords, boolean cleansUp) {}

  static NearestPreTokenizer of(Pipeline pipeline, boolean wholeWords, boolean cleansUp) {
    List<List<String>> usual = words(pipeline, ProbeTexts.usual());
    List<List<String>> unusual = words(pipeline, ProbeTexts.unusual());
    Candidate nearest =
        Arrays.stream(PreTokenizer.values())
            .filter(pre -> !pre.has(Trait.CHARACTERS))
            .map(
                pre -> {
                  WordSplitter splitter = pre.splitter();
                  return new Candidate(
                      pre,
                      differing(splitter, ProbeTexts.usual(), usual),
                      differing(splitter, ProbeTexts.unusual(), unusual),
                      pre.has(Trait.WHOLE_WORDS) == wholeWords,
                      pre.has(Trait.CLEANS_UP) == cleansUp);
                })
            .min(
                Comparator.comparingInt(Candidate::usual)
                    .thenComparing(candidate -> !candidate.wholeWords())
                    .thenComparingInt(Candidate::unusual)
                    .thenComparing(candidate -> !candidate.cleansUp()))
            .orElseThrow();
    return new NearestPreTokenizer(nearest.pre(), nearest.usual());
  }

  private static List<List<String>> words(Pipeline pipeline, List<String> texts) {
    return texts.stream().map(text -> pipeline.words(SPACE + text)).toList();
  }

  private static int differing(WordSplitter splitter, List<String> texts, List<List<String>> expected) {
    int differing = 0;
    for (int i = 0; i < texts.size(); i++) {
      if (!spelled(splitter, SPACE + texts.get(i)).equals(expected.get(i))) {
        differing++;
      }
    }
    return differing;
  }

  private static List<String> spelled(WordSplitter splitter, String text) {
    var words = new ArrayList<String>();
    IdBuffer ends = splitter.ends(text);
    int from = 0;
    for (int i = 0; i < ends.size(); i++) {
      words.add(ByteAlphabet.spell(text.substring(from, ends.at(i))));
      from = ends.at(i);
    }
    return words;
  }

  /** The name by which llama.cpp has known it longest. */
  String name() {
    return found.names().getFirst();
  }
}
