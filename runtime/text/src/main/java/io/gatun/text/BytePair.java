package io.gatun.text;

import io.gatun.tensors.Metadata;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Byte-level byte-pair encoding: text is cut into words, and the bytes of each are merged in the order in which the merges
 * were learnt, the leftmost first on a tie.
 *
 * <p>Sennrich et al. 2016, arXiv 1508.07909; bytes as in GPT-2.
 */
final class BytePair implements Segmenter {
  private static final System.Logger LOG = System.getLogger("io.gatun.text");

  private final Vocabulary vocabulary;
  private final PreTokenizer pre;
  private final WordSplitter splitter;
  private final Lazy<PairTable> pairs;

  /** @throws io.gatun.tensors.FormatException if the merges are missing or malformed */
  BytePair(Vocabulary vocabulary, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.pre = PreTokenizer.of(metadata);
    this.splitter = pre.splitter();
    if (!metadata.contains(VocabularyReader.PRE)) {
      LOG.log(Level.WARNING, "{0}: key {1} is missing, so words may be cut otherwise than in training: using ''default''",
          metadata.origin(), VocabularyReader.PRE);
    }
    List<String> merges = PairTable.checked(metadata.strings(VocabularyReader.MERGES), metadata);
    this.pairs = new Lazy<>(() -> new PairTable(vocabulary, merges));
  }

  @Override
  public boolean prefixesSpace() {
    return false;
  }

  @Override
  public boolean cleansUp() {
    return pre.has(PreTokenizer.Trait.CLEANS_UP);
  }

  /** A character that spells no byte stands for itself. */
  @Override
  public byte[] decode(String spelling) {
    var bytes = new ByteArrayOutputStream(spelling.length());
    for (int i = 0; i < spelling.length(); ) {
      int character = spelling.codePointAt(i);
      int b = character <= Character.MAX_VALUE ? ByteAlphabet.byteOf((char) character) : -1;
      if (b >= 0) {
        bytes.write(b);
      } else {
        bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(character);
    }
    return bytes.toByteArray();
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    var word = new Word();
    IdBuffer ends = splitter.ends(text);
    int start = 0;
    for (int i = 0; i < ends.size(); i++) {
      word.encode(text.substring(start, ends.at(i)).getBytes(StandardCharsets.UTF_8), ids);
      start = ends.at(i);
    }
  }

  /** The symbols of one word after the other. */
  private final class Word implements MergeQueue.Pairs {
    private final PairTable table = pairs.value();
    private final MergeQueue queue = new MergeQueue();
    private int[] symbols = new int[64];

    void encode(byte[] word, IdBuffer ids) {
      if (pre.has(PreTokenizer.Trait.WHOLE_WORDS)) {
        int whole = vocabulary.find(ByteAlphabet.spell(word, 0, word.length));
        if (whole >= 0 && !vocabulary.isGuarded(whole)) {
          ids.add(whole);
          return;
        }
      }
      if (symbols.length < word.length) {
        symbols = new int[word.length];
      }
      for (int i = 0; i < word.length; i++) {
        symbols[i] = table.ofByte(word[i] & 0xFF);
      }
      queue.run(word.length, this);
      emit(word, ids);
    }

    private void emit(byte[] word, IdBuffer ids) {
      for (int symbol = 0; symbol != MergeQueue.NONE; symbol = queue.next(symbol)) {
        if (symbols[symbol] < vocabulary.size()) {
          ids.add(symbols[symbol]);
        } else {
          int next = queue.next(symbol);
          emitBytes(word, symbol, next == MergeQueue.NONE ? word.length : next, ids);
        }
      }
    }

    /** For a merge that is no token: a byte that is none either becomes the unknown token, or without one nothing. */
    private void emitBytes(byte[] word, int from, int to, IdBuffer ids) {
      for (int i = from; i < to; i++) {
        int id = table.ofByte(word[i] & 0xFF);
        if (id < vocabulary.size()) {
          ids.add(id);
        } else {
          vocabulary.special(SpecialRole.UNKNOWN).ifPresent(ids::add);
        }
      }
    }

    @Override
    public int rank(int left, int right) {
      return table.rank(symbols[left], symbols[right]);
    }

    @Override
    public void join(int left, int right) {
      symbols[left] = table.merged(table.rank(symbols[left], symbols[right]));
    }
  }
}
