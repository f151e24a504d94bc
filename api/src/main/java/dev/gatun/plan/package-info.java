/**
 * The planner: a graph becomes a program for one backend.
 *
 * <pre>
 * Simplify        what computes nothing goes, equal nodes become one          Graph -> Graph
 * FoldConstants   what depends on frozen leaves alone is computed now         Graph -> Graph, Graph
 * FoldNorm        factors of channels move into frozen weights                Graph -> Graph
 * LowerPrecision  products in bf16 or f16, if that is asked for               Graph -> Graph
 * QuantizeStatically, QuantizeDynamically
 *                 products in 8 bits, if that is asked for                    Graph -> Graph
 * RepeatCasts     each reader of a narrow value casts it for itself           Graph -> Graph
 * Fuse            elementwise regions, epilogues                              Graph -> Graph
 * Portions        large batches a few images at a time                        Graph -> Graph
 * Schedule        an order with a small peak                                  Graph -> Graph
 * Lowering        kernels, layouts, reorders                                  Graph -> launches
 * Assignment      outputs, donations, in place, MemoryPlan: offsets           launches -> Program
 * Plan            the program with its constants and idle frames
 * </pre>
 *
 * <p>Passes are pure and tested as text. No method takes or returns null.
 */
package dev.gatun.plan;
