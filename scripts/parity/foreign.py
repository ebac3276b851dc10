"""Models that `transformers` writes, for Seiryu to read: real layouts, in shards and in 16 bits, with the logits they give."""

import json
import pathlib
import sys

import torch
import transformers

root = pathlib.Path(sys.argv[1])
torch.manual_seed(3)
small = {"vocab_size": 300, "bos_token_id": 0, "eos_token_id": 0}
models = {
    "gpt2": transformers.GPT2LMHeadModel(transformers.GPT2Config(n_layer=2, n_embd=48, n_head=4, n_positions=32, **small)),
    "pythia": transformers.GPTNeoXForCausalLM(
        transformers.GPTNeoXConfig(
            num_hidden_layers=2, hidden_size=48, num_attention_heads=3, intermediate_size=192, max_position_embeddings=32, rotary_pct=0.25, **small
        )
    ),
    "rinna": transformers.GPTNeoXForCausalLM(
        transformers.GPTNeoXConfig(
            num_hidden_layers=2, hidden_size=48, num_attention_heads=4, intermediate_size=192, max_position_embeddings=32,
            rotary_pct=1.0, use_parallel_residual=False, tie_word_embeddings=True, **small
        )
    ),
}
for name, model in models.items():
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    # Pythia is published in half precision; its logits are those of the rounded weights. Not model.half(): it would round
    # the rotary frequencies, too, which no file holds.
    if name == "pythia":
        for parameter in model.parameters():
            parameter.data = parameter.data.half().float()
    ids = torch.randint(0, 300, (2, 32))
    with torch.no_grad():
        logits = model.eval()(ids).logits
    folder = root / name
    (model.half() if name == "pythia" else model).save_pretrained(folder, max_shard_size="100KB" if name == "gpt2" else "1GB")
    (folder / "expected.json").write_text(json.dumps({"ids": ids.flatten().tolist(), "logits": logits.flatten().tolist()}))
