#!/usr/bin/env bash
# Makes .backends/: @tensorflow/tfjs-node built against the libtensorflow that PyPI's `tensorflow-cpu` wheel contains, and
# `webgpu` (Dawn). For machines that reach package registries and not the host of libtensorflow's archives. x86-64 Linux.
# Needs pip, npm, unzip, a C++ compiler, make and python3. Then: SEIRYU_BACKENDS=.backends npx seiryu doctor
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$PWD/.backends
mkdir -p "$dir/wheel"
cd "$dir"
[ -f package.json ] || echo '{ "private": true }' > package.json
# No install scripts: tfjs-node's would download its archive.
npm install --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node@4.22.0 webgpu@0.6.2
if [ ! -f tensorflow/libtensorflow_cc.so.2 ]; then
  pip download --quiet --no-deps --only-binary :all: -d wheel tensorflow-cpu==2.21.0
  unzip -q -o wheel/tensorflow_cpu-*.whl 'tensorflow/libtensorflow_*' 'tensorflow/include/tensorflow/c/*' \
    'tensorflow/include/tensorflow/core/platform/*' 'tensorflow/include/xla/tsl/c/*' 'tensorflow/include/tsl/*'
fi
# The folder that the addon's install expects, with its names: the wheel calls the library libtensorflow_cc.
addon=$dir/node_modules/@tensorflow/tfjs-node
mkdir -p "$addon/deps/lib"
ln -sfn "$dir/tensorflow/include" "$addon/deps/include"
for name in cc framework; do
  ln -sf "$dir/tensorflow/libtensorflow_$name.so.2" "$addon/deps/lib/"
done
for name in libtensorflow.so libtensorflow.so.2.9.1; do # 2.9.1: what the install looks for to see that it need not download
  ln -sf libtensorflow_cc.so.2 "$addon/deps/lib/$name"
done
ln -sf libtensorflow_framework.so.2 "$addon/deps/lib/libtensorflow_framework.so"
# A library of one's own and no addon for it: the install then compiles, and asks nobody for a binary.
echo '{ "tf-lib": "file:///unused" }' > "$addon/scripts/custom-binary.json"
# Node's headers: those beside the running node where it has them, else node-gyp fetches them.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ -f "$prefix/include/node/node_api.h" ]; then
  export npm_config_nodedir=$prefix
fi
cd "$addon"
PATH=$dir/node_modules/.bin:$PATH node scripts/install.js
echo "Made. SEIRYU_BACKENDS=$dir npx seiryu doctor"
