import { appendFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../../platform/telemetry/index.ts';
import type { ServedTokens } from './served-tokens.ts';
import { createTokenSpool, drainTokens } from './token-spool.ts';

const tokens = (prediction: string): ServedTokens => ({
  ...{ prediction, endpoint: 'e', environment: null, project: null, model: 'm', modelVersion: '1', llm: 'm' },
  ...{ user: null, at: 0, inputTokens: 3, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, caller: null },
});

function newLedger() {
  const recorded: string[] = [];
  const state: { failure: Error | null } = { failure: null };
  const record = async (used: readonly ServedTokens[]) => {
    if (state.failure !== null) throw state.failure;
    recorded.push(...used.map(({ prediction }) => prediction));
  };
  return { recorded, state, ledger: { record } };
}

it('keeps tokens on the disk while the store does not respond, and records each later', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'));
  const { recorded, state, ledger } = newLedger();
  const spool = createTokenSpool(folder, ledger, createLog('silent'));
  await spool.record([tokens('1')]);
  state.failure = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  await spool.record([tokens('2'), tokens('3')]);
  await spool.record([tokens('4')]);
  await expect(spool.drain()).rejects.toThrow('ECONNREFUSED');
  expect(recorded).toEqual(['1']);
  // A crash leaves half a line.
  appendFileSync(join(folder, 'tokens-waiting.jsonl'), '[{"prediction": "5"');
  state.failure = null;
  await spool.record([tokens('6')]);
  await spool.drain();
  await spool.drain();
  expect([recorded, readdirSync(folder)]).toEqual([['1', '6', '2', '3', '4'], []]);
});

it('passes on any other error of the ledger', async () => {
  const { state, ledger } = newLedger();
  const spool = createTokenSpool(mkdtempSync(join(tmpdir(), 'spool-')), ledger, createLog('silent'));
  state.failure = new Error('no such price');
  await expect(spool.record([tokens('1')])).rejects.toThrow('no such price');
});

it('records what a server that has ended left, also in the middle of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'));
  const { recorded, ledger } = newLedger();
  appendFileSync(join(folder, 'tokens-waiting.jsonl.draining'), `${JSON.stringify([tokens('1')])}\n`);
  appendFileSync(join(folder, 'tokens-waiting.jsonl'), `${JSON.stringify([tokens('2')])}\n`);
  await drainTokens(folder, ledger);
  expect([recorded, readdirSync(folder)]).toEqual([['1', '2'], []]);
});
