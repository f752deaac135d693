package io.gatun.model;

import java.util.Optional;

/**
 * The end of the residual stream: {@code logits = cap(output · norm(x) · scale)}.
 *
 * @param norm of the stream
 * @param output scores tokens {@code [n_vocab, n_embd]}; its weight is the embedding table's where they are tied; none in
 *     models that only make embeddings
 * @param scale factor on the logits
 * @param softcap logits become {@code softcap · tanh(logit / softcap)}; 0 for none
 */
public record Head(Norm norm, Optional<Linear> output, float scale, float softcap) {}
