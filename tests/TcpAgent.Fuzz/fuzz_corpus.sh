#!/usr/bin/env bash
# Merges the inputs that runs kept into the corpus of the tree: the smallest of those that reach the same code, at most 32 KiB a
# target. Inputs named found* are mistakes that were fixed, and stay. Called by make fuzz-corpus. TARGETS after the program limit it
# to those.
set -euo pipefail
program=$1 most=$((32 * 1024))
shift
[ $# -gt 0 ] || set -- $("$program" list)
for target; do
    corpus=tests/TcpAgent.Fuzz/corpus/$target merged=$(mktemp -d)
    mkdir -p "$corpus" "artifacts/fuzz/work/$target"
    FUZZ_TARGET=$target "$program" -merge=1 -timeout=20 "$merged" "$corpus" "artifacts/fuzz/work/$target" "artifacts/fuzz/seeds/$target" >/dev/null 2>&1
    find "$corpus" -type f ! -name 'found*' -delete
    sum=0
    while read -r size file; do
        sum=$((sum + size))
        [ "$sum" -le "$most" ] || [ -z "$(ls -A "$corpus")" ] || break
        cp "$file" "$corpus"
    done < <(find "$merged" -type f -printf '%s %p\n' | sort -n)
    rm -rf "$merged"
    echo "$target: $(find "$corpus" -type f | wc -l) inputs, $(du -sb "$corpus" | cut -f1) bytes"
done
