"""Prints the versions of what serves, or writes an ONNX model as MLflow's own: `serving-bench.py versions | model GRAPH FOLDER`."""

import sys
from importlib.metadata import PackageNotFoundError, version


def version_of(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"


if sys.argv[1] == "versions":
    print(version_of("mlflow"), version_of("mlserver"))
else:
    import mlflow
    import onnx
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec
    import numpy as np

    of = lambda name, width: Schema([TensorSpec(np.dtype("float32"), (-1, width), name)])
    mlflow.onnx.save_model(onnx.load(sys.argv[2]), sys.argv[3], signature=ModelSignature(of("x", 4), of("score", 1)))
