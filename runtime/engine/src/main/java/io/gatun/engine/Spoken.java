package io.gatun.engine;

import io.gatun.text.DecodeOption;
import io.gatun.text.EncodeOption;
import io.gatun.text.TokenType;
import io.gatun.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The tokens of a conversation under a chat template, and what they spell: a prompt and the answer to it. Encoding the
 * text of an answer may give other tokens than it was generated with, so the next prompt keeps these as far as it says
 * the same.
 *
 * @param prompt as the template rendered it
 * @param answer what the tokens after the prompt's spell, control tokens included
 * @param ids of both; not copied, must not change
 * @param ends of the answers in it, ascending; the last of them twice if blanks end it
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Spoken(Rendering prompt, String answer, int[] ids, List<End> ends) {
  static final Spoken NOTHING = new Spoken(Rendering.NOTHING, "", new int[0], List.of());

  /** Where an answer ends, in characters and in tokens. */
  record End(int characters, int tokens) {}

  Spoken {
    ends = List.copyOf(ends);
  }

  /** The tokens of another prompt: those of this one up to the last answer that they have in common, then new ones. */
  Spoken next(Rendering other, Tokenizer tokenizer) {
    for (int i = ends.size() - 1; i >= 0; i--) {
      End end = ends.get(i);
      if (isIn(other, end)) {
        int[] kept = Arrays.copyOf(ids, end.tokens());
        boolean apart = isControl(tokenizer, kept);
        int[] rest = tokenizer.encode(other.from(end.characters()), apart ? Set.of() : Set.of(EncodeOption.NO_PREFIX_SPACE));
        return new Spoken(other, "", joined(kept, rest), ends.subList(0, i + 1));
      }
    }
    return new Spoken(other, "", withBos(tokenizer.encode(other.from(0), Set.of()), tokenizer), List.of());
  }

  /** Who wrote the answer does not matter: it may be the template that marks its reasoning now. */
  private boolean isIn(Rendering other, End end) {
    int asked = Math.min(end.characters(), prompt.text().length());
    return other.beginsWith(prompt, asked)
        && other.text().startsWith(answer.substring(0, end.characters() - asked), asked)
        && !other.said().get(end.characters());
  }

  private static boolean isControl(Tokenizer tokenizer, int[] ids) {
    return ids.length == 0 || tokenizer.vocabulary().type(ids[ids.length - 1]) == TokenType.CONTROL;
  }

  /** BOS stands in front once, whether the template writes it or not. */
  private static int[] withBos(int[] ids, Tokenizer tokenizer) {
    var vocabulary = tokenizer.vocabulary();
    if (!vocabulary.addsBos() || vocabulary.bos().isEmpty()) {
      return ids;
    }
    int bos = vocabulary.bos().getAsInt();
    return ids.length > 0 && ids[0] == bos ? ids : joined(new int[] {bos}, ids);
  }

  /** With the answer that was generated, without the token that ended it. */
  Spoken answered(int[] generated, Tokenizer tokenizer) {
    String spelled = spelled(generated, generated.length, tokenizer);
    var all = new ArrayList<>(ends);
    String stripped = spelled.stripTrailing();
    if (!stripped.equals(spelled)) {
      for (int count = generated.length - 1; count >= 0; count--) {
        if (spelled(generated, count, tokenizer).equals(stripped)) {
          all.add(end(stripped, count));
          break;
        }
      }
    }
    if (isWhole(generated, spelled, tokenizer)) {
      all.add(end(spelled, generated.length));
    }
    return new Spoken(prompt, spelled, joined(ids, generated), all);
  }

  private End end(String said, int tokens) {
    return new End(prompt.text().length() + said.length(), ids.length + tokens);
  }

  private String spelled(int[] generated, int count, Tokenizer tokenizer) {
    return new String(bytes(Arrays.copyOf(generated, count), tokenizer), StandardCharsets.UTF_8);
  }

  /** Whether no character was cut off. */
  private boolean isWhole(int[] generated, String spelled, Tokenizer tokenizer) {
    return Arrays.equals(bytes(generated, tokenizer), spelled.getBytes(StandardCharsets.UTF_8));
  }

  /** After a control token a text begins; after other tokens it goes on. */
  private byte[] bytes(int[] generated, Tokenizer tokenizer) {
    Set<DecodeOption> options =
        isControl(tokenizer, ids)
            ? Set.of(DecodeOption.NO_CLEAN_UP, DecodeOption.RENDER_SPECIAL)
            : Set.of(DecodeOption.NO_CLEAN_UP, DecodeOption.RENDER_SPECIAL, DecodeOption.KEEP_PREFIX_SPACE);
    return tokenizer.decode(generated, options);
  }

  private static int[] joined(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
