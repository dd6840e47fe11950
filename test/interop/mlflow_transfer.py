"""Steps of the test that moves models from server to server: `python mlflow_transfer.py STEP [JSON]`.

The last line printed is one JSON document that the test asserts on.
"""

import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import LoggedModelInput, Metric
from sklearn.linear_model import LinearRegression

ROWS = np.array([[1.0, 2.0], [3.0, 5.0], [8.0, 13.0]])


def log(_):
    """A run that makes a model and a version of it, and one of another experiment that weighs the model."""
    client = MlflowClient()
    mlflow.set_experiment("rents")
    frame = mlflow.data.from_pandas(pd.DataFrame({"x": [1]}), name="flats")
    with mlflow.start_run(run_name="fit") as run:
        mlflow.log_input(frame, context="training")
        mlflow.log_params({f"p{number}": number for number in range(120)})
        mlflow.log_metric("loss", 0.5)
        model = LinearRegression().fit(ROWS, np.array([3.0, 8.0, 21.5]))
        logged = mlflow.sklearn.log_model(model, name="rent", registered_model_name="rent", tags={"kind": "linear"})
        mlflow.log_metric("rmse", 0.25, model_id=logged.model_id, dataset=frame)
    client.set_registered_model_alias("rent", "champion", 1)
    mlflow.set_experiment("weighing")
    with mlflow.start_run(run_name="weigh") as weighed:
        client.log_inputs(weighed.info.run_id, models=[LoggedModelInput(logged.model_id)])
        points = [Metric("mae", 0.5 / (step + 1), 1000 + step, step, logged.model_id) for step in range(3)]
        client.log_batch(weighed.info.run_id, metrics=points)
    return {
        "modelId": logged.model_id,
        "runs": [run.info.run_id, weighed.info.run_id],
        "predictions": mlflow.pyfunc.load_model("models:/rent@champion").predict(ROWS).tolist(),
    }


def look(_):
    """What a client sees of the version behind the alias, its logged model and the runs around it."""
    client = MlflowClient()
    version = client.get_model_version_by_alias("rent", "champion")
    loaded = mlflow.pyfunc.load_model("models:/rent@champion")
    model = mlflow.get_logged_model(loaded.model_id)
    fit = client.get_run(model.source_run_id)
    [found] = mlflow.search_runs(experiment_names=["weighing"], output_format="list")
    # Searches of MLflow's own server do not answer the logged models that a run read.
    weighed = client.get_run(found.info.run_id)
    described = mlflow.models.get_model_info("models:/rent@champion")
    return {
        "predictions": loaded.predict(ROWS).tolist(),
        "modelId": model.model_id,
        "sameEverywhere": len({version.model_id or model.model_id, described.model_id, model.model_id}) == 1
        and version.run_id == described.run_id == model.source_run_id,
        "model": [model.name, model.status.value, model.tags["kind"], len(model.params), model.params["p119"]],
        # Who registers through the client finds a version twice: the server names it, then the client does.
        "versions": sorted({(v["name"], int(v["version"])) for v in json.loads(model.tags["mlflow.modelVersions"])}),
        "metrics": sorted([m.key, m.value, m.step, m.dataset_name, m.run_id == fit.info.run_id] for m in model.metrics),
        "fit": [fit.info.run_name, fit.data.metrics["rmse"], [i.dataset.name for i in fit.inputs.dataset_inputs]],
        "made": [[o.model_id == model.model_id, o.step] for o in fit.outputs.model_outputs],
        "read": [i.model_id == model.model_id for i in weighed.inputs.model_inputs],
    }


if __name__ == "__main__":
    request = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    print(json.dumps({"log": log, "look": look}[sys.argv[1]](request)))
