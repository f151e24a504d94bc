/** Gatun: one API for training and inference, with backends that are found and swapped at run time. */
module dev.gatun {
}
