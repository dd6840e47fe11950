"""Steps of the interop test with clients of several ages: `python mlflow_versions.py STEP[,STEP…] [JSON]`.

The last line printed is one JSON document with the answer of each step, which the test asserts on. STEELYARD_TEST_FRAMEWORKS names a folder of packages that
follow the client's own: frameworks that only one of the environments has.
"""

import json
import logging
import os
import sys
import tempfile
import warnings

sys.path.append(os.environ.get("STEELYARD_TEST_FRAMEWORKS", ""))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException

MAJOR = int(mlflow.__version__.split(".")[0])


def named(name):
    """How this client names a model that it logs."""
    return {"name": name} if MAJOR >= 3 else {"artifact_path": name}


def code_of(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        return error.error_code
    return None


def log(_):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    client = MlflowClient()
    experiment = mlflow.set_experiment(f"log {mlflow.__version__}")
    mlflow.set_experiment_tags({"owner": "ada"})
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(
        run_name="all", tags={"a": "1"}, description="everything", log_system_metrics=False
    ) as run:
        mlflow.log_param("p", 1)
        mlflow.log_params({"q": "x", "r": None})
        mlflow.log_metric("m", 0.5, step=3)
        mlflow.log_metrics({"n": float("nan"), "i": 2}, step=1)
        mlflow.set_tag("b", "2")
        mlflow.set_tags({"c": 3, "d": "x"})
        mlflow.delete_tag("d")
        os.makedirs(os.path.join(folder, "sub"))
        for name in ("one.txt", "sub/two.txt"):
            with open(os.path.join(folder, name), "w") as file:
                file.write(name)
        mlflow.log_artifact(os.path.join(folder, "one.txt"))
        mlflow.log_artifacts(folder, "tree")
        mlflow.log_text("täxt", "notes/text.txt")
        mlflow.log_dict({"k": [1]}, "dict.json")
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(figure, "figure.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "image.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="shown", step=1)
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "table.json")
        mlflow.log_table({"x": [3], "y": ["c"]}, "table.json")
        mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"x": [1]}), name="frame"), context="training")
        mlflow.log_input(mlflow.data.from_numpy(np.zeros(3), name="array"), context="testing", tags={"t": "1"})
        with mlflow.start_run(nested=True, run_name="child") as child:
            mlflow.log_metric("m", 1.5)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("m", 0.25, step=4)
    table = mlflow.load_table("table.json", run_ids=[run.info.run_id])
    stored = mlflow.get_run(run.info.run_id)
    tables = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="tree")
    client.delete_run(child.info.run_id)
    gone = len(client.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY))
    client.restore_run(child.info.run_id)
    text = mlflow.artifacts.load_text(f"{stored.info.artifact_uri}/notes/text.txt")
    return {
        "params": stored.data.params,
        "metrics": {key: repr(value) for key, value in sorted(stored.data.metrics.items())},
        "history": [m.value for m in client.get_metric_history(run.info.run_id, "m")],
        "tags": {key: stored.data.tags.get(key) for key in ("a", "b", "c", "d", "mlflow.note.content")},
        "status": stored.info.status,
        "child": client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id,
        "files": sorted(file.path for file in client.list_artifacts(run.info.run_id)),
        "images": len(client.list_artifacts(run.info.run_id, "images")) > 0,
        "tree": sorted(os.listdir(tables)),
        "text": text,
        "dict": mlflow.artifacts.load_dict(f"{stored.info.artifact_uri}/dict.json"),
        "table": table["x"].tolist(),
        "inputs": sorted(item.dataset.name for item in stored.inputs.dataset_inputs),
        "gone": gone,
        "missing": code_of(client.get_run, "0" * 32),
        "changed": code_of(client.log_param, run.info.run_id, "p", 2),
    }


SEARCHES = [
    "metrics.loss > 1",
    "metrics.`val loss` <= 2",
    "metrics.loss != 1",
    "params.kind = 'even'",
    "params.kind != 'even'",
    "params.kind LIKE 'ev%'",
    "params.kind ILIKE 'EV%'",
    "tags.team = 'a'",
    "tags.`team` LIKE '_'",
    "attributes.status = 'FINISHED'",
    "attributes.run_name IN ('run 1')",
    "run_name = 'run 1'",
    "attributes.start_time > 0",
    "dataset.name = 'frame'",
    "datasets.context IN ('training')",
    "metrics.loss >= 1 AND params.kind = 'even' AND tags.team ILIKE 'A'",
    "metrics.loss > 0 OR metrics.loss < 0",
    "metrics.loss >",
]


def search(_):
    client = MlflowClient()
    experiment = mlflow.set_experiment(f"search {mlflow.__version__}")
    for number in range(4):
        with mlflow.start_run(run_name=f"run {number}", tags={"team": "ab"[number % 2]}):
            mlflow.log_metrics({"loss": number, "val loss": number})
            mlflow.log_param("kind", ["even", "odd"][number % 2])
            if number == 0:
                mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"x": [1]}), name="frame"), context="training")

    def found(text):
        try:
            runs = client.search_runs([experiment.experiment_id], text, order_by=["metrics.loss ASC"])
        except MlflowException as error:
            return error.error_code
        return [int(run.data.metrics["loss"]) for run in runs]

    page = client.search_runs([experiment.experiment_id], max_results=3, order_by=["metrics.loss DESC"])
    rest = client.search_runs(
        [experiment.experiment_id], max_results=3, order_by=["metrics.loss DESC"], page_token=page.token
    )
    frame = mlflow.search_runs([experiment.experiment_id], order_by=["params.kind", "metrics.loss DESC"])
    return {
        "found": {text: found(text) for text in SEARCHES},
        "pages": [[int(run.data.metrics["loss"]) for run in part] for part in (page, rest)],
        "frame": frame["metrics.loss"].astype(int).tolist(),
        "experiments": len(client.search_experiments(filter_string=f"name = 'search {mlflow.__version__}'")),
    }


def models(_):
    from sklearn.linear_model import LogisticRegression

    client = MlflowClient()
    mlflow.set_experiment(f"models {mlflow.__version__}")
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    model = LogisticRegression().fit(x, y)
    name = f"iris-{mlflow.__version__}"
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(
            model, **named("model"), input_example=x[:1], signature=mlflow.models.infer_signature(x, y)
        )
        mlflow.log_metric("f1", 0.9)
    first = mlflow.register_model(logged.model_uri, name, tags={"from": "interop"})
    second = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    client.update_registered_model(name, "leaves")
    client.set_registered_model_tag(name, "domain", "botany")
    client.set_model_version_tag(name, "1", "checked", "yes")
    client.update_model_version(name, "1", "the first")
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    client.copy_model_version(f"models:/{name}/1", f"{name}-live")
    extra = {}
    if MAJOR >= 3:
        client.set_logged_model_tags(logged.model_id, {"stage": "test"})
        mlflow.log_model_params({"depth": "3"}, model_id=logged.model_id)
        found = mlflow.search_logged_models(filter_string="params.depth = '3'", output_format="list")
        extra = {
            "status": str(mlflow.get_logged_model(logged.model_id).status),
            "outputs": [output.model_id for output in client.get_run(run.info.run_id).outputs.model_outputs]
            == [logged.model_id],
            "found": logged.model_id in [model.model_id for model in found],
        }
    return {
        "name": name,
        "versions": [first.version, second.version],
        "aliases": client.get_registered_model(name).aliases,
        "byAlias": client.get_model_version_by_alias(name, "champion").version,
        "stages": [v.current_stage for v in client.search_model_versions(f"name = '{name}'", order_by=["version_number ASC"])],
        "byTag": [v.version for v in client.search_model_versions(f"name = '{name}' and tags.checked = 'yes'")],
        "byName": [m.name for m in client.search_registered_models(f"name ILIKE '{name.upper()}%'", order_by=["name DESC"])],
        "latest": client.get_latest_versions(name, ["Production"])[0].version,
        "description": client.get_model_version(name, "1").description,
        "predictions": model.predict_proba(x)[:, 1].tolist(),
        **extra,
    }


def inputs_outputs(_):
    """Several datasets at once, and with clients that know them the models that go in and come out."""
    from mlflow.entities import DatasetInput, InputTag

    client = MlflowClient()
    experiment = mlflow.set_experiment(f"inputs {mlflow.__version__}")
    frame = mlflow.data.from_pandas(pd.DataFrame({"x": [1]}), name="many")
    array = mlflow.data.from_numpy(np.zeros(3), name="few")
    models = {}
    with mlflow.start_run() as run:
        run_id = run.info.run_id
        if MAJOR < 3:
            given = [(frame, {"mlflow.data.context": "training"}), (array, {"mlflow.data.context": "testing", "t": "1"})]
            tags = [[InputTag(key, value) for key, value in each.items()] for _, each in given]
            client.log_inputs(
                run_id, [DatasetInput(data._to_mlflow_entity(), each) for (data, _), each in zip(given, tags)]
            )
        else:
            from mlflow.entities import LoggedModelInput, LoggedModelOutput

            mlflow.log_inputs([frame, array], ["training", "testing"], [None, {"t": "1"}], None)
            base = client.create_logged_model(experiment.experiment_id, name="base")
            made = [client.create_logged_model(experiment.experiment_id, name="made", source_run_id=run_id) for _ in "ab"]
            client.log_inputs(run_id, models=[LoggedModelInput(base.model_id)])
            client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=step) for step, model in enumerate(made)])
            stored = client.get_run(run_id)
            models = {
                "in": [item.model_id for item in stored.inputs.model_inputs] == [base.model_id],
                "out": sorted((item.model_id, item.step) for item in stored.outputs.model_outputs)
                == sorted((model.model_id, step) for step, model in enumerate(made)),
            }
    datasets = client.get_run(run_id).inputs.dataset_inputs
    return {
        "datasets": sorted([item.dataset.name, sorted([tag.key, tag.value] for tag in item.tags)] for item in datasets),
        **models,
    }


def load(request):
    x = np.array([[0.0], [1.0], [2.0], [3.0]])

    def predictions(uri):
        flavour, generic = mlflow.sklearn.load_model(uri), mlflow.pyfunc.load_model(uri)
        return [flavour.predict_proba(x)[:, 1].tolist(), [int(label) for label in generic.predict(x)]]

    return {uri: predictions(uri) for uri in request["uris"]}


def logged_run(experiment):
    """The newest run of an experiment and the models that it logged."""
    [run] = MlflowClient().search_runs([experiment.experiment_id], max_results=1)
    return run


def autolog_sklearn(_):
    from sklearn.ensemble import RandomForestClassifier

    experiment = mlflow.set_experiment(f"sklearn {mlflow.__version__}")
    mlflow.sklearn.autolog()
    x, y = np.arange(40.0).reshape(20, 2), np.array([0, 1] * 10)
    RandomForestClassifier(n_estimators=3, random_state=0).fit(x, y)
    mlflow.sklearn.autolog(disable=True)
    run = logged_run(experiment)
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    return {
        "params": run.data.params["n_estimators"],
        "metrics": "training_accuracy_score" in run.data.metrics,
        "status": run.info.status,
        "loaded": len(loaded.predict(x)),
    }


def autolog_xgboost(_):
    import xgboost

    experiment = mlflow.set_experiment(f"xgboost {mlflow.__version__}")
    mlflow.xgboost.autolog()
    x, y = np.arange(40.0).reshape(20, 2), np.array([0, 1] * 10)
    with mlflow.start_run():
        data = xgboost.DMatrix(x, label=y)
        booster = xgboost.train({"max_depth": 2}, data, num_boost_round=5, evals=[(data, "train")], verbose_eval=False)
    mlflow.xgboost.autolog(disable=True)
    run = logged_run(experiment)
    loaded = mlflow.xgboost.load_model(f"runs:/{run.info.run_id}/model")
    history = MlflowClient().get_metric_history(run.info.run_id, "train-rmse")
    return {
        "params": run.data.params["max_depth"],
        "rounds": len(history),
        "same": booster.predict(data).tolist() == loaded.predict(data).tolist(),
    }


def autolog_keras(_):
    import tensorflow as tf

    experiment = mlflow.set_experiment(f"keras {mlflow.__version__}")
    mlflow.tensorflow.autolog()
    x, y = np.arange(40.0).reshape(20, 2), np.array([0.0, 1.0] * 10)
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x / 40, y, epochs=3, verbose=0)
    mlflow.tensorflow.autolog(disable=True)
    run = logged_run(experiment)
    loaded = mlflow.tensorflow.load_model(f"runs:/{run.info.run_id}/model")
    history = MlflowClient().get_metric_history(run.info.run_id, "loss")
    return {
        "params": run.data.params["epochs"],
        "epochs": len(history),
        "same": bool(np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0))),
    }


def system_metrics(_):
    import time

    experiment = mlflow.set_experiment(f"system {mlflow.__version__}")
    mlflow.set_system_metrics_sampling_interval(0.2)
    with mlflow.start_run(log_system_metrics=True) as run:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not system_keys(run):
            time.sleep(0.2)
    return {"found": "system/cpu_utilization_percentage" in system_keys(run)}


def system_keys(run):
    return [key for key in MlflowClient().get_run(run.info.run_id).data.metrics if key.startswith("system/")]


if __name__ == "__main__":
    logging_steps = (log, search, models, inputs_outputs, load, system_metrics)
    steps = {step.__name__: step for step in (*logging_steps, autolog_sklearn, autolog_xgboost, autolog_keras)}
    request = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    print(json.dumps({name: steps[name](request) for name in sys.argv[1].split(",")}))
