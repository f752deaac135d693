package io.gatun.model;

import java.util.List;
import java.util.Optional;

/**
 * The end of the residual stream: {@code logits = cap(output · norm(x) · scale)}.
 *
 * @param norm of the stream
 * @param output scores tokens {@code [n_vocab, n_embd]}; its weight is the embedding table's where they are tied; none in
 *     models that only make embeddings
 * @param scale factor on the logits
 * @param softcap logits become {@code softcap · tanh(logit / softcap)}; 0 for none
 * @param projections of embeddings, one after another: of each token's, as the mean of what a map makes of rows is what it
 *     makes of their mean
 */
public record Head(Norm norm, Optional<Linear> output, float scale, float softcap, List<Linear> projections) {

  public Head {
    projections = List.copyOf(projections);
  }
}
