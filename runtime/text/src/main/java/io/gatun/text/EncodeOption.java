package io.gatun.text;

/** How a text becomes ids. */
public enum EncodeOption {
  /** Adds the tokens that the metadata asks for at the begin and end (BOS, EOS). */
  ADD_SPECIAL,
  /** Finds control tokens spelled in the text. Never for text that a stranger wrote. */
  PARSE_SPECIAL
}
