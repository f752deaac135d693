#!/bin/sh
# Alternates `gatun bench` with a peer's bench program on one model file, and prints medians, spread and ratios.
#
#   GATUN_PEER_BENCH=/path/to/llama-bench kernels/bench/compare.sh MODEL.gguf [options of gatun bench …]
#
# The peer is a program that understands llama-bench's -m, -p, -n, -r, -t and `-o json`; it is not built here. Without the
# variable only gatun is measured. Turns alternate so that what else the machine does hits both alike; a figure is the
# median over the turns, the spread runs from the slowest to the fastest one.
# Environment: PROMPT (512), GENERATE (128), REPETITIONS per turn (3), TURNS (3), THREADS (2), GATUN (the launcher),
# PEER_OPTIONS (more options for the peer, split at spaces).
set -eu

fail() {
  printf 'compare.sh: %s\n' "$1" >&2
  exit 2
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
gatun=${GATUN:-$here/../../gatun}
peer=${GATUN_PEER_BENCH:-}
prompt=${PROMPT:-512}
generate=${GENERATE:-128}
repetitions=${REPETITIONS:-3}
turns=${TURNS:-3}
threads=${THREADS:-2}

[ $# -ge 1 ] || fail 'no model given: compare.sh MODEL.gguf [options of gatun bench …]'
model=$1
shift
[ -f "$model" ] || fail "$model: no such file"
[ -z "$peer" ] || [ -x "$peer" ] || fail "GATUN_PEER_BENCH=$peer: no such program"
case $prompt$generate$repetitions$turns$threads in
  *[!0-9]*) fail 'PROMPT, GENERATE, REPETITIONS, TURNS and THREADS are numbers' ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# One number of a one-line JSON object; nothing if it is null or not there.
number() { sed -n "s/.*\"$1\":\([0-9.eE+-][0-9.eE+-]*\).*/\1/p"; }
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# llama-bench prints a list of tests, one key a line; a test of n_gen 0 is a prompt.
peer_rates() {
  awk '
    /"n_gen":/  { generated = $2 + 0 }
    /"avg_ts":/ { rate = $2 + 0; print (generated > 0 ? "tg" : "pp"), rate }
  ' "$1" | while read -r kind rate; do printf '%s\n' "$rate" >>"$work/peer.$kind"; done
}

turn=1
while [ "$turn" -le "$turns" ]; do
  printf 'turn %s of %s: gatun' "$turn" "$turns" >&2
  "$gatun" bench -m "$model" -p "$prompt" -n "$generate" -r "$repetitions" -t "$threads" --json "$@" >"$work/gatun.json"
  number pp_tps <"$work/gatun.json" >>"$work/gatun.pp"
  number tg_tps <"$work/gatun.json" >>"$work/gatun.tg"
  if [ -n "$peer" ]; then
    printf ', peer' >&2
    # shellcheck disable=SC2086 # the user's options are split at spaces on purpose
    "$peer" -m "$model" -p "$prompt" -n "$generate" -r "$repetitions" -t "$threads" -o json ${PEER_OPTIONS:-} \
      >"$work/peer.json" 2>"$work/peer.log" || { tail -n 5 "$work/peer.log" >&2 && fail "$peer failed"; }
    peer_rates "$work/peer.json"
  fi
  printf '\n' >&2
  turn=$((turn + 1))
done

# Median, least and greatest of the numbers in a file.
summary() {
  sort -g "$1" | awk '
    { value[NR] = $1 }
    END { if (NR) printf "%.4f %.4f %.4f\n", (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2, value[1], value[NR] }'
}

printf '%s, %s turns of %s repetitions, %s threads\n' "$(basename "$model")" "$turns" "$repetitions" "$threads"
printf 'gatun: %s\n' "$(text computed_with <"$work/gatun.json")"
[ -z "$peer" ] || printf 'peer:  %s\n' "$peer"
printf '%-12s %12s %21s %12s %21s %9s\n' tokens/s gatun '(spread)' peer '(spread)' gatun/peer
for kind in pp tg; do
  [ -s "$work/gatun.$kind" ] || continue
  [ "$kind" = pp ] && label="prompt $prompt" || label="decode $generate"
  { summary "$work/gatun.$kind"; [ ! -s "$work/peer.$kind" ] || summary "$work/peer.$kind"; } | tr '\n' ' ' |
    awk -v label="$label" '{
      printf "%-12s %12.2f %21s", label, $1, sprintf("(%.2f to %.2f)", $2, $3)
      if (NF > 3) printf " %12.2f %21s %9.2f", $4, sprintf("(%.2f to %.2f)", $5, $6), $1 / $4
      printf "\n"
    }'
done
