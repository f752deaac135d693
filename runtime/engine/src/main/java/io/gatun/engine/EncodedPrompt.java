package io.gatun.engine;

/**
 * A prompt, ready to be continued.
 *
 * @param ids its tokens, at least one; not copied, must not change
 * @param spoken what they spell, for a conversation under a chat template; {@link Spoken#NOTHING} otherwise
 * @param reader of what will be generated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record EncodedPrompt(int[] ids, Spoken spoken, ReplyReader reader) {

  static EncodedPrompt raw(int[] ids) {
    return new EncodedPrompt(ids, Spoken.NOTHING, ReplyReader.raw());
  }
}
