package io.gatun.text.reply;

/** Takes the parts of a reply and says what they mean. */
interface ReplyReader extends MarkerSplitter.Target {
  /** The reply ends. */
  void finish();
}
