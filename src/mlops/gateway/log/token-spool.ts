import { appendFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../../../platform/errors/index.ts';
import { isStoreAway } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { ServedTokens, TokenLedger } from './served-tokens.ts';

/** Tokens of answers in a file, one JSON array a line, while the ledger cannot take them. */
export interface SpooledTokens extends TokenLedger, AsyncDisposable {
  start(): void;
  /** Records the tokens in the file, once. */
  drain(): Promise<void>;
}

const FILE = 'tokens-waiting.jsonl';
const DRAIN_MS = 5_000;
const BATCH = 200;

/**
 * Keeps the tokens of answers on the disk while the store does not respond. A record replaces that of the same prediction, so that one which is
 * sent again after a crash counts once.
 */
export function createTokenSpool(folder: string, ledger: TokenLedger, log: Log): SpooledTokens {
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const drain = () => inTurn(() => drainTokens(folder, ledger));
  const drainSoon = () =>
    void drain().catch((error: unknown) => log.debug({ err: error }, 'tokens of answers still wait for the store'));
  return {
    async record(used) {
      try {
        await ledger.record(used);
      } catch (error) {
        if (!isStoreAway(error)) throw error;
        const line = `${JSON.stringify(used)}\n`;
        await inTurn(() => appendFile(join(folder, FILE), line, { mode: 0o600, flush: true }));
      }
    },
    drain,
    start() {
      timer = setInterval(drainSoon, DRAIN_MS).unref();
      drainSoon();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      drainSoon();
      await turn;
    },
  };
}

/** Records the tokens that wait in a folder, and removes its file; a server that has ended leaves it. */
export async function drainTokens(folder: string, ledger: TokenLedger): Promise<void> {
  const [file, draining] = [join(folder, FILE), join(folder, `${FILE}.draining`)];
  // The file of an interrupted drain first.
  for (const place of [draining, file]) {
    const text = await readIfThere(place);
    if (text === null) continue;
    if (place === file) await rename(file, draining);
    const waiting = text.split('\n').flatMap(parseLine);
    for (let at = 0; at < waiting.length; at += BATCH) await ledger.record(waiting.slice(at, at + BATCH));
    await rm(draining, { force: true });
  }
}

/** A line of this server; half a line after a crash has no tokens. */
function parseLine(line: string): ServedTokens[] {
  try {
    return line === '' ? [] : (JSON.parse(line) as ServedTokens[]);
  } catch {
    return [];
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
