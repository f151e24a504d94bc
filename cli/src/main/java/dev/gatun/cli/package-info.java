/** The gatun command: one class a subcommand, below {@link dev.gatun.cli.Main}. */
package dev.gatun.cli;
