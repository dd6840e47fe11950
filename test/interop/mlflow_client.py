"""Steps of the interop test: `python mlflow_client.py STEP[,STEP…] [JSON]`.

The unmodified MLflow client does the work; the last line printed is one JSON document with the answer of each step, which the test
asserts on. A step that fails answers with its traceback, and the others go on.
"""

import json
import logging
import math
import os
import sys
import tempfile
import time
import traceback
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


def code_of(call, *args, **kwargs):
    """The error code with which a call fails, or None when it does not."""
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        return error.error_code
    return None


def experiments(_):
    client = MlflowClient()
    created = client.create_experiment("churn", tags={"owner": "ada"})
    mlflow.set_experiment("fraud")
    client.set_experiment_tag(created, "stage", "early")
    found = client.get_experiment_by_name("churn")
    by_tag = client.search_experiments(filter_string="tags.owner = 'ada'")
    by_name = client.search_experiments(filter_string="name ILIKE 'FR%'", order_by=["name ASC"])
    client.rename_experiment(created, "churn 2")
    client.delete_experiment(created)
    deleted = client.search_experiments(view_type=ViewType.DELETED_ONLY)
    client.restore_experiment(created)
    return {
        "created": created,
        "location": found.artifact_location,
        "tags": found.tags,
        "byTag": [e.name for e in by_tag],
        "byName": [e.name for e in by_name],
        "deleted": [e.name for e in deleted],
        "restored": client.get_experiment(created).lifecycle_stage,
        "pages": len(client.search_experiments(max_results=1).token) > 0,
    }


def basic_run(_):
    mlflow.set_experiment("basic")
    with mlflow.start_run(run_name="first", tags={"steelyard.team": "search"}) as run:
        mlflow.log_param("rank", 16)
        mlflow.log_params({"lr": 0.1, "note": ""})
        mlflow.log_metric("loss", 0.9, step=0)
        mlflow.log_metric("loss", 0.5, step=2)
        mlflow.log_metric("loss", 0.7, step=1)
        mlflow.log_metrics({"ndcg_at_10": 0.41, "nan": math.nan, "inf": math.inf}, step=3)
        mlflow.set_tag("mlflow.note.content", "überprüft")
        mlflow.set_tags({"a": "1", "b": "2"})
        MlflowClient().log_batch(
            run.info.run_id,
            metrics=[Metric("curve", float(i), 1000 + i, i) for i in range(1000)],
        )
        MlflowClient().log_batch(
            run.info.run_id,
            params=[Param(f"p{i}", "x" * 6000) for i in range(100)],
            tags=[RunTag(f"t{i}", "y") for i in range(100)],
        )
        with mlflow.start_run(nested=True, run_name="child") as child:
            mlflow.log_metric("loss", 1.0)
    stored = mlflow.get_run(run.info.run_id)
    history = MlflowClient().get_metric_history(run.info.run_id, "curve")
    return {
        "runId": run.info.run_id,
        "status": stored.info.status,
        "name": stored.info.run_name,
        "artifactUri": stored.info.artifact_uri,
        "loss": stored.data.metrics["loss"],
        "ndcg": stored.data.metrics["ndcg_at_10"],
        "nan": math.isnan(stored.data.metrics["nan"]),
        "inf": stored.data.metrics["inf"] > 1e308,
        "rank": stored.data.params["rank"],
        "note": stored.data.params["note"],
        "longParam": len(stored.data.params["p99"]),
        "tag": stored.data.tags["mlflow.note.content"],
        "user": stored.data.tags["mlflow.user"] != "",
        "curve": [len(history), history[0].step, history[-1].value],
        "lossHistory": [m.value for m in MlflowClient().get_metric_history(run.info.run_id, "loss")],
        "parent": mlflow.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id,
        "ended": stored.info.end_time >= stored.info.start_time,
    }


def artifacts(_):
    mlflow.set_experiment("artifacts")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        os.makedirs(os.path.join(folder, "deep", "er"))
        for name, content in [("a b.txt", "spaces"), ("deep/er/ü.bin", "umlaut"), ("empty", "")]:
            with open(os.path.join(folder, name), "w") as file:
                file.write(content)
        mlflow.log_artifact(os.path.join(folder, "a b.txt"), "one")
        mlflow.log_artifacts(folder, "all")
        mlflow.log_text("<b>hi</b>", "page.html")
        mlflow.log_dict({"k": [1, 2]}, "config/values.json")
        large = os.path.join(folder, "large.bin")
        with open(large, "wb") as file:
            file.write(os.urandom(20_000_000))
        mlflow.log_artifact(large)
        os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
        os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = "1000000"
        mlflow.log_artifact(large, "multipart")
        del os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"], os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"]
        client = MlflowClient()
        run_id = run.info.run_id
        back = client.download_artifacts(run_id, "multipart/large.bin", folder)
        with open(back, "rb") as one, open(large, "rb") as other:
            same = one.read() == other.read()
        return {
            "runId": run_id,
            "root": [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(run_id)],
            "all": [[f.path, f.is_dir] for f in client.list_artifacts(run_id, "all")],
            "file": client.list_artifacts(run_id, "page.html"),
            "umlaut": mlflow.artifacts.load_text(f"runs:/{run_id}/all/deep/er/ü.bin"),
            "dict": mlflow.artifacts.load_dict(f"runs:/{run_id}/config/values.json"),
            "same": same,
        }


def inputs(_):
    import pandas as pd

    mlflow.set_experiment("inputs")
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    dataset = mlflow.data.from_pandas(frame, source="https://example.org/data.csv", name="ratings", targets="y")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="training")
    (stored,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    found = mlflow.search_runs(
        experiment_names=["inputs"],
        filter_string="dataset.name = 'ratings' and datasets.context = 'training'",
        output_format="list",
    )
    return {
        "name": stored.dataset.name,
        "context": [t.value for t in stored.tags],
        "schema": json.loads(stored.dataset.schema)["mlflow_colspec"][0]["name"],
        "found": len(found),
    }


def search(_):
    mlflow.set_experiment("search")
    for i in range(12):
        with mlflow.start_run(run_name=f"run-{i}"):
            mlflow.log_param("rank", str(2**i))
            mlflow.log_params({"val loss": "a/b"})
            mlflow.set_tag("side", "even" if i % 2 == 0 else "Odd")
            if i != 11:
                mlflow.log_metric("score", math.nan if i == 10 else i / 10)
        time.sleep(0.002)

    def names(filter_string="", order_by=None, **kwargs):
        runs = mlflow.search_runs(
            experiment_names=["search"], filter_string=filter_string, order_by=order_by, output_format="list", **kwargs
        )
        return [int(r.info.run_name.split("-")[1]) for r in runs]

    client = MlflowClient()
    experiment_id = client.get_experiment_by_name("search").experiment_id
    paged, token = [], None
    while True:
        page = client.search_runs([experiment_id], order_by=["metrics.score ASC"], max_results=5, page_token=token)
        paged.append([int(r.info.run_name.split("-")[1]) for r in page])
        token = page.token
        if not token:
            break
    frame = mlflow.search_runs(experiment_names=["search"], filter_string="params.rank = '4'")
    first = client.search_runs([experiment_id], order_by=["attributes.start_time ASC"])[0]
    return {
        "metric": names("metrics.score >= 0.7"),
        "metricRange": names("metrics.score > 0.2 and metrics.`score` <= 0.5"),
        "notEqual": sorted(names("metrics.score != 0.5")),
        "param": names("params.rank = '8'"),
        "paramLike": sorted(names("param.rank LIKE '1%'")),
        "quoted": len(names('params."val loss" = "a/b"')),
        "tag": sorted(names("tags.side = 'Odd'")),
        "ilike": sorted(names("tags.side ILIKE 'o%'")),
        "like": names("tags.side LIKE 'o%'"),
        "attribute": names("attributes.run_name = 'run-3' and attributes.status = 'FINISHED'"),
        "runName": names("run_name LIKE 'run-1%'"),
        "in": len(names(f"attributes.run_id IN ('{first.info.run_id}', 'none')")),
        "notIn": len(names(f"attributes.run_id NOT IN ('{first.info.run_id}')")),
        "time": names(f"attributes.start_time <= {first.info.start_time}"),
        "isNull": names("params.missing IS NULL and tags.side IS NOT NULL", max_results=2),
        "newest": names(max_results=3),
        "byMetric": names(order_by=["metrics.score DESC"]),
        "byParam": names(order_by=["params.rank"], max_results=3),
        "byTagThenMetric": names(order_by=["tags.side ASC", "metric.score ASC"], max_results=4),
        "paged": paged,
        "frame": [frame.shape[0], frame["metrics.score"][0], frame["tags.side"][0], frame["params.rank"][0]],
        "bad": [
            code_of(names, f)
            for f in [
                "metrics.score > 'a'",
                "params.a = 1",
                "nope.a = 1",
                "a",
                "metrics.a = 1 OR metrics.b = 1",
            ]
        ],
    }


def lifecycle(_):
    mlflow.set_experiment("lifecycle")
    client = MlflowClient()
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    run_id = run.info.run_id
    client.delete_run(run_id)
    refused = code_of(client.log_metric, run_id, "m", 2)
    gone = len(mlflow.search_runs(experiment_names=["lifecycle"]))
    client.restore_run(run_id)
    client.set_tag(run_id, "back", "yes")
    client.delete_tag(run_id, "back")
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("m", 3, step=5)
    client.update_run(run_id, status="FAILED", name="renamed")
    back = client.get_run(run_id)
    experiment_id = run.info.experiment_id
    client.delete_experiment(experiment_id)
    with_experiment = client.get_run(run_id).info.lifecycle_stage
    into_deleted = code_of(client.create_run, experiment_id)
    set_deleted = code_of(mlflow.set_experiment, "lifecycle")
    client.restore_experiment(experiment_id)
    return {
        "refused": refused,
        "gone": gone,
        "metric": back.data.metrics["m"],
        "status": back.info.status,
        "name": back.data.tags["mlflow.runName"],
        "back": "back" in back.data.tags,
        "withExperiment": with_experiment,
        "intoDeleted": into_deleted,
        "setDeleted": set_deleted,
        "restored": client.get_run(run_id).info.lifecycle_stage,
    }


def errors(_):
    client = MlflowClient()
    experiment_id = client.create_experiment("errors")
    run_id = client.create_run(experiment_id).info.run_id
    client.log_param(run_id, "p", "1")
    client.create_registered_model("errors")
    return {
        "missingRun": code_of(client.get_run, "0" * 32),
        "missingExperiment": code_of(client.get_experiment, "999"),
        "badExperimentId": code_of(client.get_experiment, "abc"),
        "takenExperiment": code_of(client.create_experiment, "errors"),
        "changedParam": code_of(client.log_param, run_id, "p", "2"),
        "sameParam": code_of(client.log_param, run_id, "p", "1"),
        "badMetricName": code_of(client.log_metric, run_id, "../m", 1),
        "missingTag": code_of(client.delete_tag, run_id, "none"),
        "takenModel": code_of(client.create_registered_model, "errors"),
        "missingModel": code_of(client.get_registered_model, "none"),
        "missingVersion": code_of(client.get_model_version, "errors", "1"),
        "missingAlias": code_of(client.get_model_version_by_alias, "errors", "champion"),
        "aliasToNowhere": code_of(client.set_registered_model_alias, "errors", "champion", "7"),
        "localSource": code_of(client.create_model_version, "errors", "/etc/passwd"),
        "climbingSource": code_of(client.create_model_version, "errors", "s3://bucket/a/../../b"),
        "badFilter": code_of(client.search_runs, [experiment_id], "nonsense !"),
        "badToken": code_of(client.search_runs, [experiment_id], page_token="x"),
        "tooMany": code_of(client.search_runs, [experiment_id], max_results=50_001),
        "missingArtifact": code_of(mlflow.artifacts.load_text, f"runs:/{run_id}/none.txt") is not None,
    }


def iris():
    from sklearn.datasets import load_iris

    return load_iris(return_X_y=True)


def train(_):
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("models")
    x, y = iris()
    with mlflow.start_run(tags={"steelyard.project": "flowers"}) as run:
        model = LogisticRegression(max_iter=200).fit(x, y)
        mlflow.log_param("max_iter", 200)
        mlflow.log_metric("accuracy", float(model.score(x, y)))
        logged = mlflow.sklearn.log_model(
            model, name="classifier", input_example=x[:2], params={"kind": "linear"}, tags={"by": "test"}
        )
        mlflow.log_metric("f1", 0.9, model_id=logged.model_id)
    version = mlflow.register_model(logged.model_uri, "iris", tags={"from": "interop"})
    with mlflow.start_run():
        second = mlflow.sklearn.log_model(
            LogisticRegression(max_iter=50).fit(x, y), name="classifier", registered_model_name="iris"
        )
    with mlflow.start_run() as third:
        mlflow.sklearn.log_model(LogisticRegression(max_iter=60).fit(x, y), name="other")
    by_run = mlflow.register_model(f"runs:/{third.info.run_id}/other", "iris")
    client = MlflowClient()
    client.set_registered_model_alias("iris", "champion", version.version)
    client.set_registered_model_alias("iris", "challenger", second.registered_model_version or "2")
    stored = mlflow.get_logged_model(logged.model_id)
    return {
        "runId": run.info.run_id,
        "modelId": logged.model_id,
        "version": version.version,
        "status": version.status,
        "source": version.source,
        "byRun": by_run.version,
        "predictions": model.predict(x).tolist(),
        "loggedStatus": str(stored.status),
        "loggedParams": stored.params,
        "loggedTag": stored.tags["by"],
        "loggedMetrics": {m.key: m.value for m in stored.metrics},
        "outputs": [o.model_id for o in mlflow.get_run(run.info.run_id).outputs.model_outputs],
        "registered": json.loads(stored.tags.get("mlflow.modelVersions", "[]")),
    }


def load(request):
    x, _ = iris()
    return {
        uri: {
            "sklearn": mlflow.sklearn.load_model(uri).predict(x).tolist(),
            "pyfunc": mlflow.pyfunc.load_model(uri).predict(x).tolist(),
        }
        for uri in request["uris"]
    }


def registry(_):
    client = MlflowClient()
    client.update_registered_model("iris", "flowers by their leaves")
    client.set_registered_model_tag("iris", "domain", "botany")
    client.set_model_version_tag("iris", "1", "checked", "yes")
    client.update_model_version("iris", "1", "the first")
    client.transition_model_version_stage("iris", "1", "production")
    client.transition_model_version_stage("iris", "2", "Production", archive_existing_versions=True)
    model = client.get_registered_model("iris")
    copied = client.copy_model_version("models:/iris/1", "iris-prod")
    client.create_model_version("iris-prod", copied.source, run_id=copied.run_id)
    client.delete_model_version("iris-prod", "2")
    again = client.create_model_version("iris-prod", copied.source)
    client.rename_registered_model("iris-prod", "iris-live")
    versions = client.search_model_versions("name = 'iris'", order_by=["version_number ASC"])
    result = {
        "description": model.description,
        "tags": model.tags,
        "aliases": dict(model.aliases),
        "latest": {v.current_stage: v.version for v in model.latest_versions},
        "newest": [v.version for v in client.get_latest_versions("iris", ["Production"])],
        "versions": [[v.version, v.current_stage, list(v.aliases)] for v in versions],
        "byTag": [v.version for v in client.search_model_versions("tags.checked = 'yes'")],
        "byRun": [v.version for v in client.search_model_versions(f"run_id = '{versions[0].run_id}' and name = 'iris'")],
        "models": [m.name for m in client.search_registered_models("name LIKE 'iris%'", order_by=["name DESC"])],
        "modelsByTag": [m.name for m in client.search_registered_models("tags.domain = 'botany'")],
        "byAlias": client.get_model_version_by_alias("iris", "champion").version,
        "download": client.get_model_version_download_uri("iris", "1"),
        "copied": [copied.version, copied.source],
        "again": again.version,
        "renamed": [v.version for v in client.search_model_versions("name = 'iris-live'")],
    }
    client.delete_registered_model_alias("iris-live", "none")
    client.delete_model_version_tag("iris", "1", "checked")
    client.delete_registered_model("iris-live")
    result["deleted"] = code_of(client.get_registered_model, "iris-live")
    return result


def logged_models(_):
    experiment_id = mlflow.get_experiment_by_name("models").experiment_id

    def names(**kwargs):
        found = mlflow.search_logged_models(experiment_ids=[experiment_id], output_format="list", **kwargs)
        return [m.name for m in found]

    return {
        "all": sorted(names()),
        "byMetric": names(filter_string="metrics.f1 > 0.8"),
        "byParam": names(filter_string="params.kind = 'linear'"),
        "byAttribute": names(filter_string="name = 'other'"),
        "first": names(max_results=1, order_by=[{"field_name": "metrics.f1", "ascending": False}]),
    }


def autolog(_):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import GridSearchCV

    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_datasets=True)
    x, y = iris()
    with mlflow.start_run() as run:
        GridSearchCV(RandomForestClassifier(n_estimators=3), {"max_depth": [1, 2]}, cv=2).fit(x, y)
    stored = mlflow.get_run(run.info.run_id)
    children = mlflow.search_runs(
        experiment_names=["autolog"], filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    )
    files = [f.path for f in MlflowClient().list_artifacts(run.info.run_id)]
    return {
        "params": stored.data.params["cv"],
        "metric": 0 < stored.data.metrics["best_cv_score"] <= 1,
        "children": len(children),
        "inputs": len(stored.inputs.dataset_inputs),
        "outputs": len(stored.outputs.model_outputs),
        "csv": "cv_results.csv" in files,
    }


def system_metrics(_):
    """What MLflow's system metrics monitor sends, without asking for a GPU or for psutil."""
    mlflow.set_experiment("system metrics")
    client = MlflowClient()
    start = 1_760_000_000_000
    with mlflow.start_run(tags={"steelyard.team": "search", "steelyard.resource": "gpu/a100"}) as run:
        for sample in range(3):
            at = start + sample * 10_000
            metrics = [
                Metric(f"system/gpu_{gpu}_{what}", 50.0, at, sample)
                for gpu in range(2)
                for what in ("utilization_percentage", "power_usage_watts")
            ]
            client.log_batch(run.info.run_id, metrics=[*metrics, Metric("system/cpu_utilization_percentage", 5, at, sample)])
    return {"runId": run.info.run_id, "experimentId": run.info.experiment_id}


def answer_of(step, request):
    try:
        return step(request)
    except Exception:
        return {"failed": traceback.format_exc()}


if __name__ == "__main__":
    request = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    print("\n" + json.dumps({name: answer_of(globals()[name], request) for name in sys.argv[1].split(",")}))
