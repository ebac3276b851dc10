"""Encodes JSON strings, a line each, with the `tokenizers` of PyPI: `encode.py TOKENIZER < texts > [ids, decoded]`."""

import json
import sys

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
# What spells a special token is text, for Seiryu too.
tokenizer.encode_special_tokens = True
for line in sys.stdin:
    ids = tokenizer.encode(json.loads(line), add_special_tokens=False).ids
    print(json.dumps([ids, tokenizer.decode(ids, skip_special_tokens=False)]))
