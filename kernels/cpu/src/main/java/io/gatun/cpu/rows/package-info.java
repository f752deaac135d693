/**
 * The operations on rows of activations: where each value is and in which order ranges are taken. The {@link
 * io.gatun.cpu.rows.RowLoops loops} over values are a tier's own.
 */
@NullMarked
package io.gatun.cpu.rows;

import org.jspecify.annotations.NullMarked;
