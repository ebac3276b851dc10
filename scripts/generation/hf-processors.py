"""Writes test/fixtures/sampling/hf.json: what Hugging Face's logits processors make of random logits.

Usage: python scripts/generation/hf-processors.py > test/fixtures/sampling/hf.json && npx biome format --write test/fixtures/sampling
(in an environment with scripts/generation/requirements.txt)
"""

import json

import torch
from transformers import (
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

VOCABULARY = 24
torch.manual_seed(20)

SETTINGS = [
    dict(temperature=1.0, topK=0, topP=1.0, repetitionPenalty=1.0, noRepeatNgram=0),
    dict(temperature=0.5, topK=5, topP=1.0, repetitionPenalty=1.0, noRepeatNgram=0),
    dict(temperature=0.7, topK=0, topP=0.8, repetitionPenalty=1.0, noRepeatNgram=0),
    dict(temperature=1.3, topK=0, topP=0.05, repetitionPenalty=1.0, noRepeatNgram=0),
    dict(temperature=1.0, topK=0, topP=1.0, repetitionPenalty=1.7, noRepeatNgram=0),
    dict(temperature=1.0, topK=0, topP=1.0, repetitionPenalty=0.6, noRepeatNgram=0),
    dict(temperature=1.0, topK=0, topP=1.0, repetitionPenalty=1.0, noRepeatNgram=2),
    dict(temperature=1.0, topK=0, topP=1.0, repetitionPenalty=1.0, noRepeatNgram=1),
    dict(temperature=0.9, topK=7, topP=0.9, repetitionPenalty=1.3, noRepeatNgram=3),
    dict(temperature=2.0, topK=40, topP=0.95, repetitionPenalty=1.1, noRepeatNgram=2),
]


def processors(settings):
    """The list that `generate` builds for these settings, in its order."""
    found = LogitsProcessorList()
    if settings["repetitionPenalty"] != 1.0:
        found.append(RepetitionPenaltyLogitsProcessor(settings["repetitionPenalty"]))
    if settings["noRepeatNgram"] > 0:
        found.append(NoRepeatNGramLogitsProcessor(settings["noRepeatNgram"]))
    if settings["temperature"] != 1.0:
        found.append(TemperatureLogitsWarper(settings["temperature"]))
    if settings["topK"] > 0:
        found.append(TopKLogitsWarper(settings["topK"]))
    if settings["topP"] < 1.0:
        found.append(TopPLogitsWarper(settings["topP"]))
    return found


cases = []
for settings in SETTINGS:
    for length in (1, 4, 20):
        # Few different tokens, so that n-grams repeat.
        ids = torch.randint(0, 6, (1, length))
        logits = torch.round(torch.randn(1, VOCABULARY) * 3, decimals=3)
        # Two that share a place, which top-k must keep or drop together.
        logits[0, 3] = logits[0, 17]
        shares = torch.softmax(processors(settings)(ids, logits.clone()), -1)
        cases.append(
            dict(
                settings=settings,
                ids=ids[0].tolist(),
                logits=[round(value, 3) for value in logits[0].tolist()],
                shares=[float(f"{value:.7g}") for value in shares[0].tolist()],
            )
        )

print(json.dumps(dict(vocabulary=VOCABULARY, cases=cases), separators=(",", ":")))
