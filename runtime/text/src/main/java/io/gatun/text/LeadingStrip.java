package io.gatun.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes a character off the begin of each token as it comes in, so many times at most. */
final class LeadingStrip implements PieceSink {
  private final PieceSink next;
  private final byte[] content;
  private final int most;
  private int left;
  /** The begin of a character that may be one to take off. */
  private byte[] pending = {};

  /** @param first how many to take off the first token */
  LeadingStrip(PieceSink next, String content, int first, int most) {
    this.next = next;
    this.content = content.getBytes(StandardCharsets.UTF_8);
    this.most = most;
    this.left = first;
  }

  @Override
  public void add(byte[] bytes, boolean added) {
    byte[] rest = Arrays.copyOf(pending, pending.length + bytes.length);
    System.arraycopy(bytes, 0, rest, pending.length, bytes.length);
    while (left > 0 && begins(rest)) {
      rest = Arrays.copyOfRange(rest, content.length, rest.length);
      left--;
    }
    boolean begun = Arrays.equals(rest, 0, rest.length, content, 0, Math.min(rest.length, content.length));
    if (left > 0 && rest.length < content.length && begun) {
      pending = rest;
    } else {
      pending = new byte[0];
      left = 0;
      next.add(rest, added);
    }
  }

  private boolean begins(byte[] bytes) {
    return bytes.length >= content.length && Arrays.equals(bytes, 0, content.length, content, 0, content.length);
  }

  @Override
  public void end() {
    if (pending.length > 0) {
      next.add(pending, false);
      pending = new byte[0];
    }
    left = most;
    next.end();
  }

  @Override
  public void finish() {
    next.finish();
  }
}
