package io.gatun.model;

import java.util.Optional;

/**
 * The beginning of the residual stream: {@code x = norm(tokens[id] · scale + positions[position] + types[0])}.
 *
 * @param tokens the table {@code [n_vocab, n_embd]}
 * @param scale factor on its rows
 * @param positions a row for each position there is
 * @param types of which each token gets the first row
 */
public record Embedding(Linear tokens, float scale, Optional<Linear> positions, Optional<Linear> types, Norm norm) {}
