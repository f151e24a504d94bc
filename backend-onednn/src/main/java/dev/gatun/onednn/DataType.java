package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.ffi.dnnl.Dnnl;
import java.util.Optional;

/** The element types that oneDNN computes with. */
enum DataType {
    F32, BF16, F16, I32, I8, U8;

    /** Returns the type, or empty if oneDNN has none that is the same. */
    static Optional<DataType> of(DType dtype) {
        return switch (dtype) {
            case F32 -> Optional.of(F32);
            case BF16 -> Optional.of(BF16);
            case F16 -> Optional.of(F16);
            case I32 -> Optional.of(I32);
            case I8 -> Optional.of(I8);
            case U8 -> Optional.of(U8);
            case F64, I16, U16, U32, I64, U64, BOOL -> Optional.empty();
        };
    }

    /** Returns the type whose elements are as long, for copies: truth values are bytes. */
    static Optional<DataType> stored(DType dtype) {
        return dtype == DType.BOOL ? Optional.of(U8) : of(dtype);
    }

    /** Returns the floating type, or empty: integer arithmetic of ours wraps, oneDNN's saturates. */
    static Optional<DataType> floating(DType dtype) {
        return dtype.isFloating() ? of(dtype) : Optional.empty();
    }

    /** Returns the type of a product's operand: a floating one, or with scales a byte. */
    static Optional<DataType> arithmetic(DType dtype, Scales scales) {
        return scales.isPresent() ? of(dtype).filter(type -> type == I8 || type == U8) : floating(dtype);
    }

    /** Returns the size of an element. */
    int bytes() {
        return switch (this) {
            case F32, I32 -> 4;
            case BF16, F16 -> 2;
            case I8, U8 -> 1;
        };
    }

    /** Returns oneDNN's number for it. */
    int code() {
        return switch (this) {
            case F32 -> Dnnl.dnnl_f32();
            case BF16 -> Dnnl.dnnl_bf16();
            case F16 -> Dnnl.dnnl_f16();
            case I32 -> Dnnl.dnnl_s32();
            case I8 -> Dnnl.dnnl_s8();
            case U8 -> Dnnl.dnnl_u8();
        };
    }
}
