package io.gatun.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A step of decoding that needs each token whole. */
abstract class WholeTokens implements PieceSink {
  private final PieceSink next;
  private final ByteArrayOutputStream token = new ByteArrayOutputStream();
  private boolean added;

  WholeTokens(PieceSink next) {
    this.next = next;
  }

  abstract void token(byte[] bytes, boolean isAdded);

  /** What was held back is due. */
  void last() {}

  final void emit(byte[] bytes, boolean isAdded) {
    next.add(bytes, isAdded);
    next.end();
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public final void add(byte[] bytes, boolean isAdded) {
    token.writeBytes(bytes);
    added = isAdded;
  }

  @Override
  public final void end() {
    byte[] whole = token.toByteArray();
    token.reset();
    token(whole, added);
  }

  @Override
  public final void finish() {
    last();
    next.finish();
  }
}
