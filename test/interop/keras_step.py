"""A training step: a small Keras model, whose run, metrics and model autologging keeps."""

import sys

import mlflow
import numpy
import tensorflow

mlflow.tensorflow.autolog()
features = numpy.random.RandomState(0).rand(64, 4).astype("float32")
labels = (features.sum(axis=1) > 2).astype("float32")
model = tensorflow.keras.Sequential(
    [
        tensorflow.keras.layers.Input((4,)),
        tensorflow.keras.layers.Dense(8, activation="relu"),
        tensorflow.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=tensorflow.keras.optimizers.Adam(float(sys.argv[1])), loss="binary_crossentropy", metrics=["accuracy"]
)
with mlflow.start_run():
    model.fit(features, labels, epochs=2, verbose=2)
