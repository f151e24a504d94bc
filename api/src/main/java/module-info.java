/** Gatun: one API for training and inference, with backends that are found and swapped at run time. */
module dev.gatun {
    exports dev.gatun;
    exports dev.gatun.nn;
    exports dev.gatun.op;
    exports dev.gatun.optim;
    exports dev.gatun.quantization;
    exports dev.gatun.random;
    exports dev.gatun.spi;

    uses dev.gatun.spi.BackendProvider;

    provides dev.gatun.spi.BackendProvider with
            dev.gatun.reference.ReferenceProvider;
}
