"""Steps of the test of artifacts in buckets: `python mlflow_buckets.py STEP [JSON]`.

The unmodified MLflow client does the work; the last line printed is one JSON document that the test asserts on.
"""

import json
import logging
import os
import re
import sys
import tempfile
import warnings
from collections import Counter

warnings.filterwarnings("ignore")

import mlflow
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

MIB = 1024**2


class Requests(logging.Handler):
    """Counts what the client's HTTP library says it asked, by port and method."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.counts = Counter()

    def emit(self, record):
        found = re.match(r'https?://[^:/]+:(\d+) "(\w+) ', record.getMessage())
        if found:
            self.counts[f"{found[1]} {found[2]}"] += 1

    def taken(self):
        counts = dict(self.counts)
        self.counts.clear()
        return counts


def watched():
    requests = Requests()
    logger = logging.getLogger("urllib3.connectionpool")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.handlers = [requests]
    return requests


def content_of(path):
    with open(path, "rb") as file:
        return file.read()


def files(_):
    mlflow.set_experiment("files")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        os.makedirs(os.path.join(folder, "deep", "er"))
        for name, content in [("a b.txt", "spaces"), ("deep/er/ü+1.bin", "umlaut"), ("empty", "")]:
            with open(os.path.join(folder, name), "w") as file:
                file.write(content)
        mlflow.log_artifact(os.path.join(folder, "a b.txt"), "one")
        mlflow.log_artifacts(folder, "all")
        mlflow.log_dict({"k": [1, 2]}, "config/values.json")
        client = MlflowClient()
        run_id = run.info.run_id
        listed = lambda path: [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(run_id, path)]
        with tempfile.TemporaryDirectory() as back:
            everything = client.download_artifacts(run_id, "", back)
            found = sorted(
                [os.path.relpath(os.path.join(base, name), everything), content_of(os.path.join(base, name)).decode()]
                for base, _, names in os.walk(everything)
                for name in names
            )
        before = {"root": listed(None), "all": listed("all"), "deep": listed("all/deep/er"), "file": listed("one/a b.txt")}
        get_artifact_repository(run.info.artifact_uri).delete_artifacts("all")
        return {**before, "found": found, "afterwards": [path for path, *_ in listed(None)]}


def large(_):
    """A file in parts up and in parts down, and down through the server; with what was asked of whom."""
    mlflow.set_experiment("large")
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
    os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(MIB)
    os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 * MIB)
    os.environ["MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"] = str(5 * MIB)
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        path = os.path.join(folder, "large.bin")
        with open(path, "wb") as file:
            file.write(os.urandom(12 * MIB))
        client = MlflowClient()
        requests = watched()
        mlflow.log_artifact(path, "in parts")
        up = requests.taken()
        same = []
        downs = []
        for enabled in ["unset", "true", "false"]:
            if enabled != "unset":
                os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = enabled
            with tempfile.TemporaryDirectory() as back:
                down = client.download_artifacts(run.info.run_id, "in parts/large.bin", back)
                same.append(content_of(down) == content_of(path))
            downs.append(requests.taken())
        sizes = [f.file_size for f in client.list_artifacts(run.info.run_id, "in parts")]
        return {"up": up, "downs": downs, "same": same, "sizes": sizes}


def iris():
    from sklearn.datasets import load_iris

    return load_iris(return_X_y=True)


def log_model(_):
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("models")
    x, y = iris()
    model = LogisticRegression(max_iter=200).fit(x, y)
    with mlflow.start_run():
        # Named requirements: finding them out takes a minute and asks nothing of the server.
        mlflow.sklearn.log_model(
            model, name="classifier", registered_model_name="iris", pip_requirements=["scikit-learn"]
        )
    MlflowClient().set_registered_model_alias("iris", "champion", "1")
    return {"predictions": model.predict(x).tolist()}


def load_model(request):
    x, _ = iris()
    return {"predictions": mlflow.pyfunc.load_model(request["uri"]).predict(x).tolist()}


if __name__ == "__main__":
    step = sys.argv[1]
    request = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    print("\n" + json.dumps(globals()[step](request)))
