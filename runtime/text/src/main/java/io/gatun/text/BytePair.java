package io.gatun.text;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import io.gatun.text.PreTokenizer.Trait;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Byte-pair encoding: text is cut into words, and the bytes of each, or its characters, are merged in the order in which the
 * merges were learnt, the leftmost first on a tie.
 *
 * <p>Sennrich et al. 2016, arXiv 1508.07909; bytes as in GPT-2.
 */
final class BytePair implements Segmenter {
  private final Vocabulary vocabulary;
  private final PreTokenizer pre;
  private final boolean lowersCase;
  private final Lazy<Tables> tables;

  /** @throws io.gatun.tensors.FormatException if the merges are missing or malformed */
  BytePair(Vocabulary vocabulary, PreTokenizer pre, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.pre = pre;
    boolean lowers = metadata.optionalBool(VocabularyReader.PREFIX + "normalizer.lowercase").orElse(false);
    this.lowersCase = lowers && pre.has(Trait.DROPS_WHITESPACE);
    boolean none = pre.has(Trait.MERGES_OPTIONAL) && !metadata.contains(VocabularyReader.MERGES);
    Utf8Strings merges = none ? Utf8Strings.of(List.of()) : PairTable.checked(metadata.utf8Strings(VocabularyReader.MERGES), metadata);
    this.tables = new Lazy<>(() -> new Tables(pre.splitter(), new PairTable(vocabulary, merges), substitutes()));
  }

  /**
   * What is made on the first use.
   *
   * @param substitutes by byte: its token where it is a part of no other; −1 if it has none
   */
  @SuppressWarnings("ArrayRecordComponent") // private, and never compared
  private record Tables(WordSplitter splitter, PairTable pairs, int[] substitutes) {}

  /** As in llama.cpp, bytes that are not ASCII have none where bytes are merged. */
  private int[] substitutes() {
    if (pre.has(Trait.CHARACTERS)) {
      return ByteTokens.of(vocabulary);
    }
    var substitutes = new int[ByteTokens.COUNT];
    Arrays.setAll(
        substitutes,
        b -> ByteAlphabet.character(b) < 0x80 ? vocabulary.findOrdinary(Character.toString(b)) : ByteTokens.NONE);
    return substitutes;
  }

  @Override
  public boolean cleansUp() {
    return pre.has(Trait.CLEANS_UP);
  }

  @Override
  public byte[] decode(String spelling) {
    if (pre.has(Trait.CHARACTERS)) {
      String text = pre.has(Trait.ESCAPES_SPACES) ? spelling.replace(SPACE, ' ') : spelling;
      return text.getBytes(StandardCharsets.UTF_8);
    }
    return bytes(spelling);
  }

  /** A character that spells no byte stands for itself. */
  private static byte[] bytes(String spelling) {
    var bytes = new ByteBuilder(spelling.length());
    for (int i = 0; i < spelling.length(); ) {
      int character = spelling.codePointAt(i);
      int b = character <= Character.MAX_VALUE ? ByteAlphabet.byteOf((char) character) : -1;
      if (b >= 0) {
        bytes.add((byte) b);
      } else {
        bytes.add(Character.toString(character).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(character);
    }
    return bytes.toByteArray();
  }

  @Override
  public void encode(String raw, IdBuffer ids) {
    String text = normalized(raw);
    Tables known = tables.value();
    var word = new Word(known);
    IdBuffer ends = known.splitter().ends(text);
    int start = 0;
    for (int i = 0; i < ends.size(); i++) {
      if (!pre.has(Trait.DROPS_WHITESPACE) || !Characters.isWhitespace(text.charAt(start))) {
        word.encode(text.substring(start, ends.at(i)), ids);
      }
      start = ends.at(i);
    }
  }

  private String normalized(String text) {
    if (pre.has(Trait.ESCAPES_SPACES)) {
      return text.replace(' ', SPACE);
    }
    if (lowersCase) {
      var lower = new StringBuilder(text.length());
      text.codePoints().map(Characters::lowerCase).forEach(lower::appendCodePoint);
      return lower.toString();
    }
    return text;
  }

  /** The symbols of one word after the other. */
  private final class Word implements MergeQueue.Pairs {
    private final PairTable pairs;
    private final int[] substitutes;
    private final MergeQueue queue = new MergeQueue();
    private final boolean mergesCharacters = pre.has(Trait.CHARACTERS);
    private final boolean takesWords = pre.has(Trait.WHOLE_WORDS);
    private final boolean takesNewlines = pre.has(Trait.WHOLE_NEWLINES);
    private int[] symbols = new int[64];
    /** Where each symbol begins in the bytes of the word; one more for where the last ends. */
    private int[] starts = new int[65];

    Word(Tables tables) {
      this.pairs = tables.pairs();
      this.substitutes = tables.substitutes();
    }

    void encode(String word, IdBuffer ids) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      if (takesWords || (takesNewlines && bytes[0] == '\n')) {
        byte[] spelling = mergesCharacters ? bytes : ByteAlphabet.spell(bytes);
        int whole = vocabulary.findOrdinary(spelling, 0, spelling.length);
        if (whole >= 0) {
          ids.add(whole);
          return;
        }
      }
      if (symbols.length < bytes.length) {
        symbols = new int[bytes.length];
        starts = new int[bytes.length + 1];
      }
      int count = mergesCharacters ? characters(word, bytes) : bytes(bytes);
      starts[count] = bytes.length;
      queue.run(count, this);
      emit(bytes, count, ids);
    }

    private int bytes(byte[] word) {
      for (int i = 0; i < word.length; i++) {
        symbols[i] = pairs.ofByte(word[i] & 0xFF);
        starts[i] = i;
      }
      return word.length;
    }

    private int characters(String word, byte[] bytes) {
      int count = 0;
      int start = 0;
      for (int i = 0; i < word.length(); i += Character.charCount(word.codePointAt(i))) {
        int character = word.codePointAt(i);
        int end = start + (character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4);
        symbols[count] = pairs.ofCharacter(character, bytes, start, end);
        starts[count++] = start;
        start = end;
      }
      return count;
    }

    private void emit(byte[] word, int count, IdBuffer ids) {
      for (int symbol = 0; symbol != MergeQueue.NONE; symbol = queue.next(symbol)) {
        if (symbols[symbol] < vocabulary.size()) {
          ids.add(symbols[symbol]);
        } else {
          int next = queue.next(symbol);
          emitBytes(word, starts[symbol], starts[next == MergeQueue.NONE ? count : next], ids);
        }
      }
    }

    /** For a symbol that is no token; as in llama.cpp, bytes without a token are dropped. */
    private void emitBytes(byte[] word, int from, int to, IdBuffer ids) {
      for (int i = from; i < to; i++) {
        int id = substitutes[word[i] & 0xFF];
        if (id != ByteTokens.NONE) {
          ids.add(id);
        }
      }
    }

    @Override
    public int rank(int left, int right) {
      return pairs.rank(symbols[left], symbols[right]);
    }

    @Override
    public void join(int left, int right) {
      symbols[left] = pairs.merged(queue.rank(left));
    }
  }
}
