package io.gatun.model;

import java.util.List;

/**
 * What a model computes, as data: dimensions, blocks and the names of the tensors they use. Immutable.
 *
 * @param architecture {@code general.architecture}
 * @param vocabSize tokens that the head scores
 * @param embeddingLength width of the residual stream
 * @param contextLength tokens it was trained for
 * @param tokenEmbedding name of the embedding table {@code [n_vocab, n_embd]}
 * @param blocks in order
 * @param outputNorm before the head
 * @param output the head; its weight is the embedding table's where they are tied
 */
public record ModelSpec(
    String architecture,
    int vocabSize,
    int embeddingLength,
    int contextLength,
    Linear tokenEmbedding,
    List<BlockSpec> blocks,
    Norm outputNorm,
    Linear output) {

  public ModelSpec {
    blocks = List.copyOf(blocks);
  }
}
