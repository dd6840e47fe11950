"""Asks endpoints with NVIDIA's client of the Open Inference Protocol, and by plain requests: URL, then NAME:MODEL:INPUT:TYPE."""

import json
import sys

import numpy as np
import requests
import tritonclient.http as triton

ROWS = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 4.0], [0.0, 0.0, 0.0]])
found = {}
for word in sys.argv[2:]:
    name, model, input_name, datatype = word.split(":")
    base = f"{sys.argv[1]}/serve/{name}"
    client = triton.InferenceServerClient(base.removeprefix("http://"))
    metadata = client.get_model_metadata(model)
    rows = ROWS.astype(np.float32 if datatype == "FP32" else np.float64)
    answers = {}
    for binary in (True, False):
        tensor = triton.InferInput(input_name, list(rows.shape), datatype)
        tensor.set_data_from_numpy(rows, binary_data=binary)
        output = metadata["outputs"][0]["name"]
        wanted = triton.InferRequestedOutput(output, binary_data=binary)
        result = client.infer(model, [tensor], outputs=[wanted], request_id="q1")
        assert result.get_response()["id"] == "q1"
        answers["binary" if binary else "json"] = result.as_numpy(output).ravel().tolist()
    try:
        bad = triton.InferInput(input_name, [1, 2], datatype)
        bad.set_data_from_numpy(rows[:1, :2])
        client.infer(model, [bad])
        answers["refused"] = None
    except triton.InferenceServerException as error:
        answers["refused"] = error.message()
    rest = requests.post(f"{base}/v1/models/{model}:predict", json={"instances": ROWS.tolist()})
    rest.raise_for_status()
    status = requests.get(f"{base}/v1/models/{model}").json()["model_version_status"]
    found[name] = answers | {
        "live": client.is_server_live(),
        "ready": client.is_server_ready() and client.is_model_ready(model),
        "rest": np.asarray(rest.json()["predictions"]).ravel().tolist(),
        "state": status[0]["state"],
    }
print("RESULT " + json.dumps(found))
