"""The least runtime for MLServer that answers by ONNX Runtime, as its documentation shows one."""

import os

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(os.environ["GRAPH"], options)
        return True

    async def predict(self, payload):
        given = {one.name: NumpyCodec.decode_input(one) for one in payload.inputs}
        (score,) = self._session.run(["score"], given)
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("score", score)])
