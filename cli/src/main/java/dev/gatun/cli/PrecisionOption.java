package dev.gatun.cli;

import dev.gatun.Precision;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --precision}, in capitals or small letters. */
final class PrecisionOption implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String text) {
        return Arrays.stream(Precision.values()).filter(p -> p.label().equalsIgnoreCase(text)).findFirst().orElseThrow(() -> {
            List<String> known = Arrays.stream(Precision.values()).map(Precision::label).toList();
            return new TypeConversionException("there is no precision \"" + text + "\", only " + String.join(", ", known));
        });
    }
}
