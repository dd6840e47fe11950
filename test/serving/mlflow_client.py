"""Asks endpoints with MLflow's own client of its scoring protocol: URL PREFIX, then names; prints their predictions."""

import json
import sys

import numpy as np
import pandas as pd
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

ROWS = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 4.0], [0.0, 0.0, 0.0]])
found = {}
for name in sys.argv[2:]:
    client = ScoringServerClient("127.0.0.1", 0)
    client.url_prefix = f"{sys.argv[1]}/serve/{name}"
    client.ping()
    array = client.invoke(ROWS.astype("float32") if name == "net" else ROWS).get_predictions(predictions_format="ndarray")
    frame = client.invoke(pd.DataFrame(ROWS, columns=["a", "b", "c"])) if name == "onnx" else None
    found[name] = {
        "array": np.asarray(array).ravel().tolist(),
        "frame": None if frame is None else np.asarray(frame.get_predictions(predictions_format="ndarray")).ravel().tolist(),
    }
print("RESULT " + json.dumps(found))
