package io.gatun.text;

/** How a text becomes ids. */
public enum EncodeOption {
  /** Adds the tokens that the metadata asks for at the begin and end (BOS, EOS). */
  ADD_SPECIAL,
  /** Finds control tokens spelled in the text. Never for text that a stranger wrote. */
  PARSE_SPECIAL,
  /** The text continues another one, so no space is put in front of it, as {@link DecodeOption#KEEP_PREFIX_SPACE} keeps. */
  NO_PREFIX_SPACE
}
