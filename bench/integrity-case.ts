import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getBackupRun, startBackup } from '../src/platform/backup/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { getVerification, startVerification } from '../src/platform/integrity/schema.ts';
import { writeBenchBill } from './bill-file.ts';
import { importInto } from './bill-import.ts';
import type { CaseContext } from './case-context.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
const MB = 1_000_000;
const ASKED_AGAIN_MS = 20;

/** Measures a verification of all stored data and a backup of it: the first one, and a later one after few changes. */
export async function measureIntegrity({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const place = join(folder, 'integrity');
  mkdirSync(place, { recursive: true });
  const bill = writeBenchBill(join(place, 'bill.csv'), options.billRows);
  await using server = await startSteelyard(place);
  await importInto(server, bill);
  const speeds: number[] = [];
  const health: number[] = [];
  const whole: number[] = [];
  const again: number[] = [];
  let readBytes = 0;
  let heldBytes = 0;
  for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
    report(`integrity: repetition ${repetition} of ${options.repetitions}`);
    const verified = await whileHealthIsAsked(server, health, () => verify(server));
    readBytes = verified.bytes;
    speeds.push(verified.bytes / MB / verified.seconds);
    const to = join(place, `backups-${repetition}`);
    const first = await whileHealthIsAsked(server, health, () => backUp(server, to));
    heldBytes = first.bytes;
    whole.push(first.bytes / MB / first.seconds);
    again.push((await backUp(server, to)).seconds);
  }
  const figure = (measure: string, unit: Figure['unit'], values: readonly number[]): Figure => ({
    ...{ measure, subject: SUBJECT, unit, values },
  });
  const answered = figure('health', 'ms', [Math.max(...health)]);
  return {
    name: 'integrity',
    title: `Verify and backup of ${Math.round(heldBytes / MB)} MB (a bill of ${options.billRows.toLocaleString('en')} rows), while the server runs`,
    subjects: [SUBJECT],
    comparisons: [
      {
        measure: `verify: ${Math.round(readBytes / MB)} MB read and hashed`,
        figures: [figure('verify', 'MB/s', speeds)],
      },
      { measure: 'first backup to a folder', figures: [figure('backup', 'MB/s', whole)] },
      { measure: 'backup again, nothing changed but the store', figures: [figure('again', 's', again)] },
      { measure: 'slowest /health meanwhile', figures: [answered] },
    ],
    budgets: [{ what: 'slowest /health while verify and backup run', limit: 250, figure: answered }],
    notes: ['Files were just written, so that they are read from memory: a cold disk bounds both by its own speed.'],
  };
}

interface Ended {
  readonly seconds: number;
  readonly bytes: number;
}

async function verify(server: ServerProcess): Promise<Ended> {
  using connection = new Connection();
  const from = performance.now();
  const body = JSON.stringify({ repair: false });
  const started = await connection.json({ method: 'POST', url: server.url + buildUrl(startVerification, {}), body });
  const { verification } = startVerification.response.parse(started);
  for (;;) {
    const url = server.url + buildUrl(getVerification, { params: { verification } });
    const state = getVerification.response.parse(await connection.json({ method: 'GET', url }));
    if (state.endedAt === null) {
      await pause(ASKED_AGAIN_MS);
      continue;
    }
    if (state.state !== 'ended' || state.findingsCount > 0) throw new Error(`verify: ${JSON.stringify(state)}`);
    const bytes = state.checked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { seconds: (performance.now() - from) / 1000, bytes };
  }
}

async function backUp(server: ServerProcess, to: string): Promise<Ended> {
  using connection = new Connection();
  const from = performance.now();
  const body = JSON.stringify({ to });
  const started = await connection.json({ method: 'POST', url: server.url + buildUrl(startBackup, {}), body });
  const { run } = startBackup.response.parse(started);
  for (;;) {
    const url = server.url + buildUrl(getBackupRun, { params: { run } });
    const state = getBackupRun.response.parse(await connection.json({ method: 'GET', url }));
    if (state.endedAt === null) {
      await pause(ASKED_AGAIN_MS);
      continue;
    }
    if (state.summary === null) throw new Error(`backup: ${JSON.stringify(state)}`);
    return { seconds: (performance.now() - from) / 1000, bytes: state.summary.sizeBytes };
  }
}

/** Polls /health during `work`, and records the slowest answer, in milliseconds. */
async function whileHealthIsAsked<T>(server: ServerProcess, slowest: number[], work: () => Promise<T>): Promise<T> {
  let done = false;
  const asking = (async () => {
    let worst = 0;
    while (!done) {
      const from = performance.now();
      await (await fetch(`${server.url}/health`)).text();
      worst = Math.max(worst, performance.now() - from);
      await pause(ASKED_AGAIN_MS);
    }
    slowest.push(worst);
  })();
  try {
    return await work();
  } finally {
    done = true;
    await asking;
  }
}
