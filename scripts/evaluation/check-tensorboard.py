"""Opens the curves of a run with TensorBoard's own reader and compares them with the CSV file.

Usage: python scripts/evaluation/check-tensorboard.py RUN/trainer
"""

import csv
import math
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = pathlib.Path(sys.argv[1])
events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
events.Reload()
# As `events.Scalars` for old files; newer readers turn every value into a tensor.
read = {}
for tag in events.Tags()["scalars"]:
    for event in events.Scalars(tag):
        read[(event.step, tag)] = event.value
texts = 0
for tag in events.Tags()["tensors"]:
    for event in events.Tensors(tag):
        if event.tensor_proto.dtype == 7:
            texts += 1
        else:
            read[(event.step, tag)] = event.tensor_proto.float_val[0]

with open(folder / "curve.csv", newline="") as file:
    rows = {(int(row["step"]), row["series"]): float(row["value"]) for row in csv.DictReader(file)}

wrong = [
    key
    for key in rows.keys() | read.keys()
    if key not in rows
    or key not in read
    or not (
        math.isclose(rows[key], read[key], rel_tol=1e-6, abs_tol=1e-30) or math.isnan(rows[key]) and math.isnan(read[key])
    )
]
print(f"{len(read)} points of {len({tag for _, tag in read})} curves and {texts} texts; {len(wrong)} differ from curve.csv")
if wrong or not read:
    print(sorted(wrong)[:10])
    sys.exit(1)
