/** File formats of tensors and models. */
package dev.gatun.formats;
