"""Logs a scikit-learn and a Keras model of the same weights, registers both, and prints what they say of some rows."""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import mlflow
import numpy as np
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

WEIGHTS = np.array([1.5, -2.25, 0.5])
ROWS = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 4.0], [0.0, 0.0, 0.0]])

sk = LinearRegression()
sk.coef_, sk.intercept_, sk.n_features_in_ = WEIGHTS, 0.0, 3
with mlflow.start_run():
    signature = infer_signature(ROWS, sk.predict(ROWS))
    mlflow.sklearn.log_model(
        sk, name="model", signature=signature, input_example=ROWS[:1], registered_model_name="sk",
        serialization_format="pickle",
    )

import keras

net = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
net.layers[0].set_weights([WEIGHTS.reshape(3, 1).astype("float32"), np.zeros(1, "float32")])
with mlflow.start_run():
    rows = ROWS.astype("float32")
    signature = infer_signature(rows, net.predict(rows, verbose=0))
    mlflow.tensorflow.log_model(net, name="model", signature=signature, registered_model_name="net")

print("RESULT " + json.dumps({"sk": sk.predict(ROWS).tolist(), "net": net.predict(rows, verbose=0).tolist()}))
