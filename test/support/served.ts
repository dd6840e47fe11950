import type { Application } from '../../src/main.ts';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { registeredFiles } from '../../src/mlops/testing/serving.ts';
import { testApplication } from '../../src/testing/application.ts';

export interface ServedApplication extends AsyncDisposable {
  readonly application: Application;
  readonly url: string;
}

/** A server that listens, and has two versions of the model `ranker`: FP32 [rows, 2] to a score, each with other weights. */
export async function applicationWithRanker(): Promise<ServedApplication> {
  const application = await testApplication();
  const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
  for (const weights of [
    [1, 1],
    [2, 2],
  ]) {
    await registeredFiles(application, 'ranker', { 'model.onnx': linearGraph(weights) });
  }
  return { application, url, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
}

/** Default price of the resources that replicas hold. */
export const MACHINE_PRICE = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: test
  prices: [{resource: machine, perHour: "0.36", effectiveFrom: "2020-01-01"}]
`;
