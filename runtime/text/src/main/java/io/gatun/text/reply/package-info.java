/**
 * What a model's generated text means: answer, reasoning, calls of tools. How a family of models writes them is data, a
 * row of {@link io.gatun.text.reply.ReplyFormat}; the spellings are those of the families' own chat templates.
 */
package io.gatun.text.reply;
