"""Writes cbpe.json: what NannyML's CBPE estimates for small seeded data. Needs nannyml (made with 0.13.1); takes no argument.

Reference: 1,000 rows of a model that is too sure of itself, or right about its own doubt.
Then three windows of 300 rows whose probabilities move more and more to the middle.
"""
import json
import os
import pathlib

import numpy as np
import pandas as pd

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml  # noqa: E402

METRICS = ["accuracy", "precision", "recall", "f1", "roc_auc"]
THRESHOLD = 0.45
WINDOW = 300


def draw(random, rows, spread, sharpness):
    """Probabilities with three places and outcomes; `sharpness` 1 is calibrated, above it too sure."""
    logit = random.normal(-0.3, spread, rows)
    y = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    p = np.round(1 / (1 + np.exp(-sharpness * logit)), 3)
    return pd.DataFrame({"p": p, "said": (p >= THRESHOLD).astype(int), "y": y})


def case(title, seed, sharpness):
    random = np.random.default_rng(seed)
    reference = draw(random, 1000, 2.0, sharpness)
    current = pd.concat([draw(random, WINDOW, spread, sharpness) for spread in (2.0, 1.2, 0.5)], ignore_index=True)
    estimator = nannyml.CBPE(
        y_pred_proba="p", y_pred="said", y_true="y", problem_type="classification_binary", metrics=METRICS, chunk_size=WINDOW
    )
    estimator.fit(reference)
    found = estimator.estimate(current[["p", "said"]]).filter(period="analysis").to_df()
    columns = lambda name: [{m: float(row[(m, name)]) for m in METRICS} for _, row in found.iterrows()]
    return {
        "title": title,
        "reference": {"probability": reference.p.tolist(), "actual": reference.y.tolist()},
        "probability": current.p.tolist(),
        "calibrated": bool(estimator.needs_calibration),
        "values": columns("value"),
        "samplingErrors": columns("sampling_error"),
    }


goldens = {
    "note": f"made by make-cbpe.py with NannyML {nannyml.__version__}, NumPy {np.__version__}",
    "threshold": THRESHOLD,
    "window": WINDOW,
    "cases": [case("too sure of itself", 1, 2.5), case("right about its own doubt", 6, 1.0)],
}
pathlib.Path(__file__).with_name("cbpe.json").write_text(json.dumps(goldens))
