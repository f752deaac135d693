/**
 * How fast the kernels are here, as shares of what this computer was measured to do.
 *
 * <pre>
 *   mvn -q -Dquick -DskipTests -Pbench -pl kernels/bench -am package -Dbench.args="--encodings q4_0,f16 --threads 2"
 * </pre>
 *
 * prints a table for people ({@link io.gatun.bench.KernelBench}, {@code --help} lists its options). For details, JMH's own
 * runner:
 *
 * <pre>
 *   mvn … -Dbench.main=org.openjdk.jmh.Main -Dbench.args="MatmulBenchmark -p encoding=q4_k -p tokens=1,512"
 * </pre>
 *
 * <p>{@code compare.sh} beside this module measures whole models against another program.
 */
package io.gatun.bench;
