/**
 * Models as Hugging Face's libraries write them, under the names that GGUF files have for the same things: keys,
 * tensors, tokens. What computes a model knows those names only. A family of models is data, in {@link
 * io.gatun.model.hf.HfFamilies}.
 */
@NullMarked
package io.gatun.model.hf;

import org.jspecify.annotations.NullMarked;
