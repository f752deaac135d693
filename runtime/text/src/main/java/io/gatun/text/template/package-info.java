/**
 * Chat templates: Jinja with Python's semantics, as Hugging Face's transformers sets it up, in which every character
 * knows whether the template or a message wrote it.
 */
package io.gatun.text.template;
