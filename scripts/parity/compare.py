"""Compares what Seiryu wrote (write.ts) with PyTorch: logits, loss, gradients and greedy text of every model, AdamW's steps.

The models are loaded by `transformers` with no code of ours. Exit 1 when anything is further off than allowed.
"""

import json
import math
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

LOGITS = 1e-4  # largest difference
GRADIENTS = 1e-3  # norm of the difference, relative to the norm, for each weight
WEIGHTS = 2e-6  # largest difference after AdamW's steps

# Since version 5 the class calls it otherwise than the files do.
RENAMED = {"lm_head.weight": "embed_out.weight"}

failures = []


def check(what, difference, allowed):
    good = difference <= allowed  # False for NaN
    print(f"  {'ok ' if good else 'BAD'} {what:34} {difference:.2e} (allowed {allowed:.0e})")
    if not good:
        failures.append(what)


def folded(name, tensor):
    """The part of a mirrored weight's gradient that training would see (Cohere stores hidden vectors as (x, -x))."""
    if name.endswith("norm.weight"):
        first, second = tensor.chunk(2)
        return (first + second) / 2
    side = 0 if name.endswith(("o_proj.weight", "down_proj.weight")) else 1
    first, second = tensor.chunk(2, dim=side)
    return first - second


def loss_of(model, ids, targets, z_loss):
    logits = model(ids).logits.flatten(0, 1)
    log_z = torch.logsumexp(logits, -1)
    return torch.nn.functional.cross_entropy(logits, targets.flatten()) + z_loss * (log_z**2).mean()


def compare_model(folder):
    facts = json.loads((folder / "expected.json").read_text())
    expected = load_file(folder / "expected.safetensors")
    model, loading = transformers.AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    wrong = {kind: names for kind, names in loading.items() if names}
    print(f"{folder.name}: {type(model).__module__}.{type(model).__name__}, {sum(p.numel() for p in model.parameters())} numbers")
    if wrong:
        failures.append(f"{folder.name} loading")
        print("  BAD loading", wrong)
    model.eval()
    ids, targets = expected["ids"].long(), expected["targets"].long()
    with torch.no_grad():
        check("logits", (model(ids).logits - expected["logits"]).abs().max().item(), LOGITS)
        worst = 0.0
        for row, borders in enumerate(facts["borders"]):
            for begin, end in zip(borders, [*borders[1:], ids.shape[1]]):
                alone = model(ids[row : row + 1, begin:end]).logits[0]
                worst = max(worst, (alone - expected["packedLogits"][row, begin:end]).abs().max().item())
        check("logits of packed documents, alone", worst, LOGITS)

    loss = loss_of(model, ids, targets, facts["zLoss"])
    check("loss", abs(loss.item() - expected["loss"].item()), LOGITS)
    loss.backward()
    worst, compared = 0.0, 0
    mirrored = model.config.model_type == "cohere"
    for name, parameter in model.named_parameters():
        stored = name if f"gradient.{name}" in expected else RENAMED.get(name, name)
        theirs, ours = parameter.grad, expected[f"gradient.{stored}"]
        if mirrored:
            # What is stored halved (`layouts.ts`) has a gradient twice as large, in each half.
            halved = name.endswith(("q_proj.weight", "k_proj.weight", "v_proj.weight", "gate_proj.weight", "up_proj.weight"))
            theirs = folded(name, theirs) / (2 if halved else 1)
            ours = folded(name, ours) / (1 if halved else 2)
            if name.endswith("norm.weight"):
                theirs, ours = theirs * 2, ours * 2
        worst = max(worst, ((theirs - ours).norm() / theirs.norm()).item())
        compared += 1
    check(f"gradients of {compared} weights, relative", worst, GRADIENTS)
    if compared != sum(name.startswith("gradient.") for name in expected):
        failures.append(f"{folder.name}: not all gradients were compared")

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    prompt = tokenizer(tokenizer.bos_token + facts["prompt"], return_tensors="pt").input_ids
    written = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=facts["newTokens"])
    text = tokenizer.decode(written[0, prompt.shape[1] :], skip_special_tokens=True)
    same = text == facts["text"] and len(text) > 0
    print(f"  {'ok ' if same else 'BAD'} greedy text {text!r}")
    if not same:
        failures.append("greedy text")
        print(f"      Seiryu's    {facts['text']!r}")


def closed_form_rate(facts, step):
    """The schedules, written again from their definitions."""
    rate, warmup, last, final = facts["rate"], facts["warmup"], facts["steps"], facts["finalShare"]
    if step <= warmup:
        return rate * step / warmup
    if facts["schedule"] == "cosine":
        progress = (step - warmup) / (last - warmup)
        return rate * final + rate * (1 - final) * 0.5 * (1 + math.cos(math.pi * progress))
    begin = last - facts["decayShare"] * last
    return rate if step <= begin else rate - rate * (1 - final) * (step - begin) / (last - begin)


def compare_optimizer(folder):
    facts = json.loads((folder / "expected.json").read_text())
    expected = load_file(folder / "expected.safetensors")
    names = [name.removeprefix("weights.0.") for name in expected if name.startswith("weights.0.")]
    weights = {name: torch.nn.Parameter(expected[f"weights.0.{name}"].clone()) for name in names}
    decayed = [weight for name, weight in weights.items() if weight.dim() > 1 and "exempt" not in name]
    others = [weight for name, weight in weights.items() if weight.dim() <= 1 or "exempt" in name]
    adamw = facts["adamw"]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": adamw["decay"]}, {"params": others, "weight_decay": 0.0}],
        betas=tuple(adamw["beta"]),
        eps=adamw["eps"],
    )
    print(folder.name)
    worst, worst_rate = 0.0, 0.0
    for step in range(1, facts["steps"] + 1):
        rate = closed_form_rate(facts, step)
        worst_rate = max(worst_rate, abs(rate - facts["rates"][step - 1]))
        for group in optimizer.param_groups:
            group["lr"] = rate
        for name, weight in weights.items():
            weight.grad = expected[f"gradient.{step}.{name}"].clone()
        torch.nn.utils.clip_grad_norm_(weights.values(), facts["clip"])
        optimizer.step()
        for name, weight in weights.items():
            worst = max(worst, (weight - expected[f"weights.{step}.{name}"]).abs().max().item())
    check("learning rates", worst_rate, 1e-9)
    check(f"weights after each of {facts['steps']} steps", worst, WEIGHTS)


root = pathlib.Path(sys.argv[1])
torch.manual_seed(0)
print(f"torch {torch.__version__}, transformers {transformers.__version__}")
models = sorted(folder for folder in root.iterdir() if (folder / "config.json").exists())
optimizers = sorted(root.glob("adamw-*"))
if len(models) < 5 or len(optimizers) < 2:
    sys.exit(f"{root} holds {len(models)} models and {len(optimizers)} optimisers: write.ts has not finished")
for folder in models:
    compare_model(folder)
for folder in optimizers:
    compare_optimizer(folder)
if failures:
    sys.exit(f"{len(failures)} comparisons failed: {', '.join(failures)}")
print(f"All of {len(models)} models and {len(optimizers)} optimisers agree with PyTorch.")
