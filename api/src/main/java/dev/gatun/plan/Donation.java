package dev.gatun.plan;

/** The permission to write output {@code output} over the memory of input {@code input}, which has its type. */
public record Donation(int input, int output) { }
