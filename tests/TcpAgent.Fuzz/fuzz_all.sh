#!/usr/bin/env bash
# Fuzzes each target for a number of seconds on one core; simple targets, which are exhausted sooner, for a third of that. Prints a line
# a target: name, executions, edges and features covered, inputs kept, and what was found, if anything. Called by make fuzz-all.
set -uo pipefail
program=$1 seconds=$2 folder=artifacts/fuzz
found=0
for target in $("$program" list); do
    case $target in
        authorization | duration | lists) limit=$((seconds / 3)) ;;
        *) limit=$seconds ;;
    esac
    mkdir -p "$folder/work/$target" "$folder/found" "$folder/logs"
    if FUZZ_TARGET=$target "$program" -max_total_time="$limit" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$folder/found/$target-" "$folder/work/$target" "$folder/seeds/$target" "tests/TcpAgent.Fuzz/corpus/$target" >"$folder/logs/$target" 2>&1; then
        what="nothing found"
    else
        found=1 what="FOUND: see $folder/logs/$target"
    fi
    runs=$(grep -ao '^stat::number_of_executed_units: .*' "$folder/logs/$target" | tr -dc 0-9)
    covered=$(grep -aoE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$folder/logs/$target" | tail -1)
    printf '%-20s %9s runs  %-32s %s\n' "$target" "${runs:-?}" "$covered" "$what"
done
exit $found
