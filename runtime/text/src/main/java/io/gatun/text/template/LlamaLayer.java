package io.gatun.text.template;

/** What llama.cpp does beyond rendering a template: for prompts that are to equal its own. */
public enum LlamaLayer {
  /** A system message that the template drops or refuses stands in front of the next user message, on its own lines. */
  MERGE_SYSTEM,
  /** Where the prompt begins with the BOS token twice, one is dropped. */
  SINGLE_BOS
}
