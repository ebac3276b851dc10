#!/bin/sh
# Makes the table of docs/ablation.md: the sample's web corpora, without breadcrumbs and without minhash, three seeds.
# It goes on where it was stopped. After `npm run build`: scripts/evaluation/ablation-table.sh [MAIN]
set -eu
cd "$(dirname "$0")/../.."
node "${1:-dist/cli/main.js}" ablate pipelines/sample.yaml \
  --set 'sources=[{"cc100":{"mirror":"../sample"}},{"oscar":{"version":"23.01","mirror":"../sample"}},{"mc4":{"split":"train","mirror":"../sample"}}]' \
  --drop breadcrumbs,minhash --tokens 150K --seeds 3 --samples 64 --backend wasm \
  --out runs/sample-ablation --markdown
