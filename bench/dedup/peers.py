"""Signs texts with a peer: a JSON list of texts in, what it took out, in seconds; the times are of signing alone.

Usage: peers.py rensa|datasketch|datatrove|hojichar TEXTS PERMUTATIONS BANDS SHINGLE
"""

import json
import sys
import time
from importlib.metadata import version


def shingles(text, length):
    return [text[at : at + length] for at in range(len(text) - length + 1)]


def signer(name, permutations, bands, length):
    if name == "rensa":
        from rensa import RMinHash

        def sign(text):
            sketch = RMinHash(num_perm=permutations, seed=1)
            sketch.update(shingles(text, length))
            return sketch.digest()

        return sign
    if name == "datasketch":
        from datasketch import MinHash

        def sign(text):
            sketch = MinHash(num_perm=permutations, seed=1)
            sketch.update_batch([shingle.encode("utf-8") for shingle in shingles(text, length)])
            return sketch.hashvalues

        return sign
    if name == "hojichar":
        from hojichar import Document
        from hojichar.filters.deduplication import GenerateDedupLSH

        lsh = GenerateDedupLSH(num_bands=bands, band_size=permutations // bands, n_grams=length)
        return lambda text: lsh.apply(Document(text))
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    class Characters:
        def word_tokenize(self, text):
            return list(text)

    # Characters for words, so that the job is the same; its Japanese tokenizer would only add to the time.
    stage = MinhashDedupSignature.__new__(MinhashDedupSignature)
    stage.config = MinhashConfig(n_grams=length, num_buckets=bands, hashes_per_bucket=permutations // bands)
    stage.num_hashes = permutations
    stage._parameters = None
    from datatrove.utils.hashing import create_hash_func

    stage._hash_func = create_hash_func(stage.config.hash_config)
    stage.word_tokenizer = Characters()
    return lambda text: stage.get_signature(stage.get_shingles(text))


def main():
    name, source, permutations, bands, length = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        texts = json.load(file)
    sign = signer(name, int(permutations), int(bands), int(length))
    sign(texts[0])
    cpu, wall = time.process_time(), time.perf_counter()
    for text in texts:
        sign(text)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps({"cpu": cpu, "wall": wall, "version": version(name), "python": sys.version.split()[0]}))


if __name__ == "__main__":
    main()
