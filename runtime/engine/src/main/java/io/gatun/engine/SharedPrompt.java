package io.gatun.engine;

import io.gatun.model.KvCache;

/** A prompt whose computed beginning others may share, and that may share theirs. On the scheduler's thread. */
interface SharedPrompt {

  /** Its tokens; must not be changed. */
  int[] tokens();

  /** Where they are cached; how many of them, its length says. */
  KvCache cache();

  /** Before anything was fed: begins with the first tokens of another's cache. */
  void begin(KvCache other, int tokens);
}
