"""Reads wikitext with a peer: one JSON object {title, wikitext} a line in, one {text} a line out; prints what it took.

Usage: peers.py mwparserfromhell|wikiextractor|wikiextractor--no-templates PAGES TEXTS
"""

import json
import logging
import sys
import time
from importlib.metadata import version


def reader(name):
    if name == "mwparserfromhell":
        import mwparserfromhell

        # As its documentation says to get plain text; the tokenizer is the one in C.
        return lambda page: str(mwparserfromhell.parse(page["wikitext"]).strip_code())
    from wikiextractor.extract import Extractor

    logging.disable(logging.CRITICAL)

    # What Extractor.extract() does with a page, by default and with --no-templates; headings are kept, as the others do.
    expand = name == "wikiextractor"

    def read(page):
        extractor = Extractor("0", "0", "", page["title"], [])
        paragraphs = extractor.clean_text(
            page["wikitext"], mark_headers=True, expand_templates=expand, html_safe=False
        )
        return "\n".join(paragraphs)

    return read


def main():
    name, source, target = sys.argv[1:]
    read = reader(name)
    with open(source, encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    cpu, wall = time.process_time(), time.perf_counter()
    texts = [read(page) for page in pages]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with open(target, "w", encoding="utf-8") as out:
        for text in texts:
            out.write(json.dumps({"text": text}) + "\n")
    print(json.dumps({"cpu": cpu, "wall": wall, "version": version(name.split("--")[0]), "python": sys.version.split()[0]}))


if __name__ == "__main__":
    main()
