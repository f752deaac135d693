package io.gatun.model;

import java.util.List;
import java.util.Optional;

/**
 * What a model computes, as data: dimensions, blocks and the names of the tensors they use. Immutable.
 *
 * @param architecture {@code general.architecture}
 * @param vocabSize rows of the embedding table
 * @param embeddingLength width of the residual stream
 * @param contextLength tokens it was trained for
 * @param sight which tokens a token sees
 * @param blocks in order
 * @param streams of which the blocks compute one; none if that is the only one
 * @param pooling of embeddings, as the model was trained
 */
public record ModelSpec(
    String architecture,
    int vocabSize,
    int embeddingLength,
    int contextLength,
    Sight sight,
    Embedding embedding,
    List<BlockSpec> blocks,
    Head head,
    Optional<Streams> streams,
    Pooling pooling) {

  /** Which tokens of a sequence a token sees. */
  public enum Sight {
    /** Itself and those before it. */
    CAUSAL,
    /** All of them, so that a sequence must be computed as a whole. */
    ALL
  }

  public ModelSpec {
    blocks = List.copyOf(blocks);
  }
}
