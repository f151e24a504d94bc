/**
 * Quantization after training: products of 8-bit integers in place of float32.
 *
 * <pre>
 * Quantization = Observations . Observer -> Calibration . CompiledFunction -> the same function in 8 bits
 * Observations   histograms of what each product read and gave, from samples that the float32 function was called with
 * Observer       MinMax | Percentile | Entropy: chooses a Range from a histogram
 * Calibration    the ranges, one entry a product
 * Comparison     what the function in 8 bits loses
 * </pre>
 *
 * {@snippet :
 * Calibration ranges = Quantization.observe(net, backend, samples).calibration(Observer.entropy());
 * Predictor small = Predictor.of(net, backend).quantized(ranges);
 * Comparison loss = Quantization.compare(exact::predict, small::predict, batches);
 * }
 *
 * <p>Activations have one scale for a tensor, U8 where nothing is negative, weights one for an output channel, I8. No method takes or returns null.
 */
package dev.gatun.quantization;
