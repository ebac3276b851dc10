#!/bin/sh
# Checks that TensorBoard reads the curves of a run: scripts/evaluation/check-tensorboard.sh runs/sample/trainer
# Uses the Python environment SEIRYU_VENV, or makes one of scripts/evaluation/requirements.txt in .venvs/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${SEIRYU_VENV:-$here/../../.venvs/tensorboard}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
exec "$venv/bin/python" "$here/check-tensorboard.py" "$1"
