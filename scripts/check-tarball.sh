#!/usr/bin/env bash
# Packs the package and runs the sample from it in an empty folder, as `npx` would for a stranger.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" >/dev/null
cd "$work"
npx --yes --package ./seiryu-*.tgz seiryu run pipelines/sample.yaml --set trainer.until.steps=5 --workers 2
npx --yes --package ./seiryu-*.tgz seiryu verify runs/sample
