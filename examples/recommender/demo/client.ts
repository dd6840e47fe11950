import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { sendEvaluationFile } from '../../../src/mlops/evaluations/schema.ts';
import { buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../../../src/platform/contract/schema.ts';
import { createUpload } from '../../../src/platform/uploads/schema.ts';

/** API of a server for the demo: Steelyard's endpoints, and MLflow's as any MLflow client calls them. */
export interface DemoClient {
  readonly url: string;
  call<E extends Endpoint>(endpoint: E, input?: CallInput<E>): Promise<ResponseOf<E>>;
  upload(path: string): Promise<string>;
  /** Sends a table of per-example outcomes as text; answers the id of the upload. */
  uploadOutcomes(name: string, table: string): Promise<string>;
  mlflow<T>(path: string, body: object): Promise<T>;
  putArtifact(uri: string, name: string, content: Uint8Array | string): Promise<void>;
}

/** `credentials` are headers of every request, for a server with accounts. */
export function createDemoClient(url: string, credentials: Readonly<Record<string, string>> = {}): DemoClient {
  const send = async (path: string, init: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { ...init.headers, ...credentials } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method} ${path}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const json = (method: string, path: string, body: unknown) =>
    send(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return {
    url,
    async call(endpoint, input = {}) {
      const path = buildUrl(endpoint, input);
      const answer = await (input.body === undefined
        ? send(path, { method: endpoint.method })
        : json(endpoint.method, path, input.body));
      return endpoint.response.parse(answer) as ResponseOf<typeof endpoint>;
    },
    async upload(path) {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: Readable.toWeb(createReadStream(path)),
        duplex: 'half',
      };
      const answer = await send(
        buildUrl(createUpload, { query: { name: basename(path) } }),
        init as unknown as RequestInit,
      );
      return createUpload.response.parse(answer).upload;
    },
    async uploadOutcomes(name, table) {
      const headers = { 'content-type': 'application/octet-stream' };
      const path = buildUrl(sendEvaluationFile, { query: { name } });
      return sendEvaluationFile.response.parse(await send(path, { method: 'POST', headers, body: table })).upload;
    },
    mlflow: async <T>(path: string, body: object) => (await json('POST', `/api/2.0/mlflow/${path}`, body)) as T,
    async putArtifact(uri, name, content) {
      const path = artifactPath(uri, name);
      const body = typeof content === 'string' ? content : new Uint8Array(content);
      await send(path, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body });
    },
  };
}

function artifactPath(uri: string, name: string): string {
  return `${uri.replace(/^mlflow-artifacts:\/+/, '/api/2.0/mlflow-artifacts/artifacts/')}/${name}`;
}
