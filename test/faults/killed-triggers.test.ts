import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { githubHeaders, githubPush, newRepository, secretFile } from '../../src/mlops/testing/triggers.ts';
import { listPipelineTriggers } from '../../src/mlops/triggers/schema.ts';
import { kills } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const MOMENTS = kills(6);
const PUSHES_A_MOMENT = 4;
/** From the first push of a moment to the kill, in milliseconds. */
const LONGEST_MS = 1_500;

const Runs = z.object({ runs: z.array(z.object({ commit: z.string(), number: z.number() })) });

describe('a server that is killed while pushes come', () => {
  it('begins one run of each commit, when what was not answered is sent again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-triggers-'));
    const repository = newRepository();
    const commits = Array.from({ length: MOMENTS * PUSHES_A_MOMENT }, (_, n) => repository.commit({ n: String(n) }));
    await using server = await startServerProcess(data);
    const post = (path: string, body: string, headers: Record<string, string> = {}) =>
      fetch(server.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
    const spec = `{source: {git: ${repository.folder}}, concurrency: {runs: 50}, steps: {say: {run: 'true'}}, on: [{push: {provider: github, secret: ${secretFile()}}}]}`;
    const text = `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: p}, spec: ${spec}}`;
    expect((await post('/api/v1/apply', JSON.stringify({ documents: [{ file: 'p.yaml', text }] }))).status).toBe(200);
    const push = async (commit: string): Promise<boolean> => {
      const body = JSON.stringify(githubPush(commit));
      const answer = await post('/api/v1/pipelines/p/triggers/github', body, githubHeaders(body)).catch(() => null);
      return answer?.status === 202;
    };
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const mine = commits.slice(moment * PUSHES_A_MOMENT, (moment + 1) * PUSHES_A_MOMENT);
      const sending = mine.map(async (commit, at) => {
        await pause((at * LONGEST_MS) / PUSHES_A_MOMENT);
        return { commit, answered: await push(commit) };
      });
      await pause(Math.random() * LONGEST_MS); // the moment of the crash varies here
      await server.kill();
      const sent = await Promise.all(sending);
      await server.startAgain();
      for (const { commit, answered } of sent) if (!answered) expect(await push(commit)).toBe(true);
    }
    const get = async (path: string) => (await fetch(server.url + path)).json();
    const decisions = async () =>
      listPipelineTriggers.response.parse(await get('/api/v1/pipelines/p/triggers')).triggers[0]?.decisions ?? [];
    await expect
      .poll(async () => (await decisions()).map(({ outcome }) => outcome), { timeout: 120_000 })
      .toEqual(commits.map(() => 'began'));
    const { runs } = Runs.parse(await get('/api/v1/pipelines/p/runs?pageSize=1000'));
    expect(runs.map(({ commit }) => commit).toSorted()).toEqual(commits.toSorted());
    const byNumber = new Map(runs.map(({ number, commit }) => [number, commit]));
    for (const { number, commit } of await decisions()) expect(byNumber.get(number ?? 0)).toBe(commit);
  });
});
