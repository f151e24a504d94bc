/** The conformance kit: one catalogue of cases that every backend runs against the reference. */
package dev.gatun.testkit;
