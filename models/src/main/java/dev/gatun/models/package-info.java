/** Networks, training recipes, data sets and metrics. */
package dev.gatun.models;
