#!/bin/sh
# Regenerates the bindings in src/generated/java from the headers of the libraries. No build runs it: its output is committed, and never edited.
#
# Needs on the PATH: jextract (commit f9866df of openjdk/jextract, with libclang 14: another one writes other text).
# Needs the folders of the headers, of these versions:
#
#   ONEDNN_INCLUDE   oneDNN 3.11.0                   oneapi/dnnl/dnnl.h (also in the jar org.bytedeco:dnnl:linux-x86_64, under include)
#   CUDA_INCLUDE     CUDA 13.0, cuBLAS 13.1          cuda.h nvrtc.h cublas_v2.h cublasLt.h
#   CUDNN_INCLUDE    cuDNN 9.24.0                    cudnn.h
#
#   ./regenerate.sh                    all of them
#   ./regenerate.sh onednn cudnn       these only
#
# A function that is missing: add its line to includes/NAME.includes, regenerate, and commit both.
set -eu
cd "$(dirname "$0")"
target=src/generated/java

command -v jextract >/dev/null || {
    echo "regenerate.sh: jextract is not on the PATH: get it from the OpenJDK project's jextract page." >&2
    exit 1
}

# bind PACKAGE CLASS LIST HEADER FOLDER...: the bindings of one header, made aside so that a failure leaves the old ones.
bind() {
    package=$1 class=$2 list=$3 header=$4
    shift 4
    found=
    for folder in "$@"; do
        [ ! -r "$folder/$header" ] || found=$folder/$header
        shift
        set -- "$@" -I "$folder"
    done
    [ -n "$found" ] || {
        echo "regenerate.sh: there is no $header: $*" >&2
        exit 1
    }
    fresh=$(mktemp -d)
    jextract "$@" --output "$fresh" -t "dev.gatun.ffi.$package" --header-class-name "$class" "@includes/$list.includes" "$found"
    rm -rf "$target/dev/gatun/ffi/$package"
    mkdir -p "$target/dev/gatun/ffi"
    mv "$fresh/dev/gatun/ffi/$package" "$target/dev/gatun/ffi/$package"
    rm -rf "$fresh"
    echo "$package: $(jextract --version 2>&1 | head -n 1)"
}

[ $# -gt 0 ] || set -- onednn cuda nvrtc cublas cublaslt cudnn
for library in "$@"; do
    case $library in
        onednn) bind dnnl Dnnl onednn oneapi/dnnl/dnnl.h "${ONEDNN_INCLUDE:?the folder that holds oneapi/dnnl/dnnl.h}" ;;
        cuda) bind cuda Cuda cuda cuda.h "${CUDA_INCLUDE:?the folder that holds cuda.h}" ;;
        nvrtc) bind nvrtc Nvrtc nvrtc nvrtc.h "${CUDA_INCLUDE:?the folder that holds nvrtc.h}" ;;
        cublas) bind cublas Cublas cublas cublas_v2.h "${CUDA_INCLUDE:?the folder that holds cublas_v2.h}" ;;
        cublaslt) bind cublaslt CublasLt cublaslt cublasLt.h "${CUDA_INCLUDE:?the folder that holds cublasLt.h}" ;;
        cudnn)
            bind cudnn Cudnn cudnn cudnn.h "${CUDNN_INCLUDE:?the folder that holds cudnn.h}" "${CUDA_INCLUDE:?the folder that holds cuda_runtime.h}"
            ;;
        *)
            echo "regenerate.sh: no bindings named $library; there are onednn cuda nvrtc cublas cublaslt cudnn." >&2
            exit 1
            ;;
    esac
done
