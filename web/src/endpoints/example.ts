/** Example manifest of an endpoint; the model must be registered first. */
export const EXAMPLE = `apiVersion: steelyard/v1
kind: Endpoint
metadata:
  name: ranker
spec:
  variants:
    main:
      model: ranker
      version: 1
      backend: onnx
`;

export const EXAMPLE_FILE = 'endpoint.yaml';
export const EXAMPLE_COMMAND = `steelyard endpoint apply -f ${EXAMPLE_FILE} --wait`;
