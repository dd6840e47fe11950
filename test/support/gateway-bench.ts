import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { testApplication } from '../../src/testing/application.ts';
import type { DatabaseDoor } from './database-door.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const ORG = `apiVersion: steelyard/v1
kind: Team
metadata: {name: search}
spec: {displayName: Search}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: ranking}
spec: {team: search}
`;
const KEY = z.object({ key: z.string() });

/** A data folder and a store with the endpoint `kept`, whose predictions are logged before they are answered. */
export async function openGatewayBench(database: string) {
  const data = mkdtempSync(join(tmpdir(), 'gateway-alone-'));
  {
    await using application = await testApplication({}, { data, database, server: 'setup' });
    const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
    await applied(application, ORG);
    const main = { model: 'm', version, backend: 'onnx' };
    await appliedEndpoint(application, 'kept', { project: 'ranking', variants: { main }, log: { answer: 'before' } });
  }
  return {
    ...{ data, database },
    start: (server: string, roles: string, more: Readonly<Record<string, string>> = {}, door?: DatabaseDoor) =>
      startServerProcess(data, {
        STEELYARD_SERVER: server,
        STEELYARD_ROLES: roles,
        STEELYARD_DATABASE: door?.address ?? database,
        STEELYARD_LOG_LEVEL: 'silent',
        ...more,
      }),
  };
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function readKey(data: string, server: string): string {
  return KEY.parse(JSON.parse(readFileSync(join(data, 'servers', server, 'server.json'), 'utf8'))).key;
}

/** Token of a contributor who reads the data of the team of the endpoint only. */
export async function makeToken({ url }: ServerProcess, admin: Readonly<Record<string, string>>): Promise<string> {
  const post = async (path: string, body: object, method = 'POST') => {
    const headers = { 'content-type': 'application/json', ...admin };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { secret?: string };
  };
  await post('/api/v1/accounts', { name: 'ml', role: 'contributor', password: 'a long password of ml' });
  await post('/api/v1/teams/search/members/ml', { role: 'contributor' }, 'PUT');
  const { secret = '' } = await post('/api/v1/tokens', { account: 'ml', label: 'predictions' });
  return secret;
}

export function predict({ url }: ServerProcess, headers: Readonly<Record<string, string>>): Promise<Response> {
  const body = JSON.stringify({ inputs: [[1, 1]] });
  const all = { 'content-type': 'application/json', ...headers };
  return fetch(`${url}/serve/kept/invocations`, { method: 'POST', headers: all, body });
}
