package io.gatun.text;

/** How ids become text. */
public enum DecodeOption {
  /** Control and unknown tokens appear as they are spelled, instead of being dropped. */
  RENDER_SPECIAL,
  /** The ids continue another text, so a space in front of the first is real and stays. */
  KEEP_PREFIX_SPACE,
  /** Spaces before punctuation stay even where the vocabulary says to clean them up. */
  NO_CLEAN_UP
}
