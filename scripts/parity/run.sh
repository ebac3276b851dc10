#!/usr/bin/env bash
# Compares Seiryu's models, gradients and optimiser with PyTorch and `transformers`. Takes an environment from SEIRYU_VENV,
# or makes one in .parity/venv (PyPI's torch is about 3 GB with what it needs).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=.parity
venv=${SEIRYU_VENV:-$work/venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
fi
if ! "$venv/bin/python" -c 'import torch, transformers, safetensors' 2>/dev/null; then
  "$venv/bin/pip" install --quiet -r scripts/parity/requirements.txt
fi
rm -rf "$work/models"
mkdir -p "$work/models"
npx tsx scripts/parity/write.ts "$work/models" "${1:-auto}"
HF_HUB_DISABLE_PROGRESS_BARS=1 HF_HUB_OFFLINE=1 TRANSFORMERS_VERBOSITY=error "$venv/bin/python" scripts/parity/compare.py "$work/models"
rm -rf "$work/foreign"
HF_HUB_DISABLE_PROGRESS_BARS=1 HF_HUB_OFFLINE=1 TRANSFORMERS_VERBOSITY=error "$venv/bin/python" scripts/parity/foreign.py "$work/foreign"
npx tsx scripts/parity/read-foreign.ts "$work/foreign"
