/**
 * Writers of quantized linear layers, for tests: from floats to the tensors of a format and, by the formulas of its
 * specification alone, to the matrix that these tensors mean. They share no code with the readers that they are to test;
 * they round to nearest where quantizers of use would calibrate. Sources: ExLlamaV2 and ExLlamaV3, AutoGPTQ and
 * GPTQModel, AutoAWQ, bitsandbytes, compressed-tensors, OCP Microscaling Formats 1.0.
 */
@NullMarked
package io.gatun.oracle.layers;

import org.jspecify.annotations.NullMarked;
