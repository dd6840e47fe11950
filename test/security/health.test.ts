import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks, largeBill, send } from '../support/attacks.ts';
import { probeHealth, residentBytes } from '../support/health-probe.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const HEAP_MIB = 1536;
const MOST_LOOP_MS = 250;
const BILL_ROWS = Number(process.env.HEALTH_BILL_ROWS ?? 50_000);

describe('one request does not hold the server', () => {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-health-'));
  let server: ServerProcess;
  let key = '';
  let pid = 0;
  const bearer = () => ({ authorization: `Bearer ${key}` });

  beforeAll(async () => {
    server = await startServerProcess(data, {
      STEELYARD_ACCOUNTS: 'on',
      STEELYARD_LOG_LEVEL: 'silent',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    });
    ({ key, pid } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')));
    const bytes = { ...bearer(), 'content-type': 'application/octet-stream' };
    const uploaded = await fetch(`${server.url}/api/v1/uploads?name=bill.csv`, {
      method: 'POST',
      headers: bytes,
      body: largeBill(BILL_ROWS),
    });
    const { upload } = (await uploaded.json()) as { upload: string };
    const body = JSON.stringify({ source: 'aws', files: [{ upload, name: 'bill.csv' }] });
    const json = { ...bearer(), 'content-type': 'application/json' };
    expect((await fetch(`${server.url}/api/v1/bill/imports`, { method: 'POST', headers: json, body })).status).toBe(
      200,
    );
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.each(attacks().map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    let statuses: number[] = [];
    const times = await probeHealth({ url: server.url, pid }, async () => {
      statuses = await send(attack, server.url, bearer());
    });
    expect(statuses).toEqual(Array(attack.atOnce).fill(attack.status));
    // On a shared processor an answer takes longer; the processor time of the event loop is the part that the test can
    // bound.
    expect(times.worstLoopCpuMs).toBeLessThan(MOST_LOOP_MS);
    expect(residentBytes(pid)).toBeLessThan((HEAP_MIB + 512) * 2 ** 20);
  });
});
