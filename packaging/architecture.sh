#!/bin/sh
# Debian's and rpm's names of the architecture that an executable is for, by e_machine of its ELF header: EM_X86_64 or EM_AARCH64.
#
# usage: architecture.sh FILE
set -eu
case $(od -An -tu2 -j18 -N2 "$1" | tr -d ' ') in
62) echo amd64 x86_64 ;;
183) echo arm64 aarch64 ;;
*) echo "$1 is for neither x64 nor arm64" >&2 && exit 1 ;;
esac
