package dev.gatun.plan;

import dev.gatun.Precision;
import dev.gatun.quantization.Calibration;

/** How a plan computes what was recorded in float32. */
public sealed interface Policy {
    /** Returns what {@code explain} says of it after "plan for backend NAME"; nothing for float32. */
    String label();

    /** Returns the policy of a precision that was chosen by its name. */
    static Policy of(Precision precision) {
        return switch (precision) {
            case F32 -> new AsRecorded();
            case BF16, F16 -> new Narrow(precision);
            case INT8 -> new DynamicBytes();
        };
    }

    /** In the recorded types. */
    record AsRecorded() implements Policy {
        @Override
        public String label() {
            return "";
        }
    }

    /** Products in BF16 or F16. */
    record Narrow(Precision precision) implements Policy {
        @Override
        public String label() {
            return " in " + precision.label();
        }
    }

    /** Products in 8 bits, with ranges found at each call. */
    record DynamicBytes() implements Policy {
        @Override
        public String label() {
            return " in int8, ranges found at each call";
        }
    }

    /** Products in 8 bits and what lies between them too, with ranges known before. */
    record StaticBytes(Calibration calibration) implements Policy {
        @Override
        public String label() {
            return " in int8";
        }
    }

    /** In float32, with operand and result of each product that could be quantized as the results. */
    record Observed() implements Policy {
        @Override
        public String label() {
            return ", observed";
        }
    }
}
