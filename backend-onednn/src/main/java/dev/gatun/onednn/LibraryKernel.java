package dev.gatun.onednn;

import dev.gatun.spi.Kernel;

/** A kernel that calls oneDNN, itself or in a part of it. A program without any runs on its caller's thread: {@link OneDnnExecutable}. */
sealed interface LibraryKernel extends Kernel permits PrimitiveKernel, RnnKernel, RnnWeights.Pack, Detour { }
