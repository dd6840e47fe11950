import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../platform/errors/index.ts';
import { isStoreAway } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { LogState } from '../../endpoint-spec/schema.ts';
import { codecs, ServingProblem } from '../../inference/index.ts';
import type { LogResult, PredictionLog, ServedPrediction, ShadowPrediction } from './prediction-log.ts';
import { buildRows, type Exchange } from './rows.ts';
import type { ServedTokens, TokenLedger } from './served-tokens.ts';
import { buildShadowRows, toPredictionHead } from './shadow-rows.ts';

export type LogOutcome = LogResult | 'behind' | 'failed' | 'shadowKept' | 'shadowDropped';

export interface QueueDeps {
  readonly predictions: PredictionLog;
  readonly tokens: TokenLedger;
  readonly log: Log;
  /** Called with every outcome, for telemetry. */
  readonly counted: (endpoint: string, outcome: LogOutcome, count: number) => void;
}

/** Memory limit of exchanges in the queue; above it the log is behind. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Bytes of the queue that one batch processes. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_REQUESTS = 512;
/** Delay before a batch, so that exchanges that do not wait for the disk are stored together. */
const LINGER_MS = 25;
/** Delay before exchanges are stored again whose rules could not be read, because the store did not respond. */
const AGAIN_MS = 1_000;
/** Longest piece of work before the event loop serves requests again. */
const SLICE_MS = 1;

interface WaitingExchange {
  readonly exchange: Exchange;
  readonly settled: { resolve(): void; reject(error: unknown): void } | null;
}

type Counts = { -readonly [Name in Exclude<keyof LogState, 'waiting'>]: number };

/** Exchanges on their way into the log, off the way of answers: read, and kept together. */
export class LogQueue implements AsyncDisposable {
  readonly #deps: QueueDeps;
  readonly #counts = new Map<string, Counts>();
  #waiting: WaitingExchange[] = [];
  #inWork: readonly WaitingExchange[] = [];
  #waitingBytes = 0;
  #hurry: (() => void) | null = null;
  #working: Promise<void> | null = null;
  #isOver = false;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
  }

  /** Queues an exchange. If the queue is full, counts the exchange as `behind` (of a shadow: `shadowDropped`) and drops it. */
  add(exchange: Exchange): void {
    if (this.isFull) this.#count(exchange.endpoint, exchange.shadowOf === null ? 'behind' : 'shadowDropped', 1);
    else this.#put({ exchange, settled: null });
  }

  /** Resolves when it is in the log. Error: `ServingProblem` `unavailable`, when the disk or the store refuses. */
  kept(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => this.#put({ exchange, settled: { resolve, reject } }));
  }

  /** Whether the memory limit of the queue is reached. */
  get isFull(): boolean {
    return this.#waitingBytes >= MOST_WAITING_BYTES;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  state(endpoint: string): LogState {
    const waits = ({ exchange }: WaitingExchange) => exchange.endpoint === endpoint;
    const waiting = this.#waiting.filter(waits).length + this.#inWork.filter(waits).length;
    return { ...this.#countsOf(endpoint), waiting };
  }

  /** Stores all queued exchanges. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#hurry?.();
    await this.#working;
  }

  #put(waiting: WaitingExchange): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.exchange.sizeBytes;
    if (waiting.settled !== null) this.#hurry?.();
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#linger();
      this.#inWork = this.#batch();
      const again = await this.#keep(this.#inWork);
      for (const one of this.#inWork) if (!again.includes(one)) this.#waitingBytes -= one.exchange.sizeBytes;
      this.#inWork = [];
      this.#waiting = [...again, ...this.#waiting];
      if (again.length > 0) await this.#rest(AGAIN_MS);
    }
    // No await between this and the check above: a later `put` restarts the work.
    this.#working = null;
  }

  /** Waits for more exchanges, unless a request waits for the disk or a full batch is ready. */
  async #linger(): Promise<void> {
    if (this.#isOver || this.#waiting.length >= BATCH_REQUESTS) return;
    if (this.#waiting.some(({ settled }) => settled !== null)) return nextTurn();
    await this.#rest(LINGER_MS);
  }

  async #rest(ms: number): Promise<void> {
    const hurry = new AbortController();
    this.#hurry = () => hurry.abort();
    await pause(ms, undefined, { signal: hurry.signal }).catch(() => undefined);
    this.#hurry = null;
  }

  #batch(): readonly WaitingExchange[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(BATCH_REQUESTS, this.#waiting.length); count += 1) {
      bytes += this.#waiting[count]?.exchange.sizeBytes ?? 0;
      if (bytes > BATCH_BYTES && count > 0) break;
    }
    const batch = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return batch;
  }

  /**
   * Predictions first, then the answers of shadows, whose failure fails no prediction. Answers the exchanges to store later: no request waits for
   * them, and the store does not respond.
   */
  async #keep(batch: readonly WaitingExchange[]): Promise<readonly WaitingExchange[]> {
    const isShadow = ({ exchange }: WaitingExchange) => exchange.shadowOf !== null;
    const answers = batch.filter((one) => !isShadow(one));
    const again = answers.length > 0 ? await this.#keepAnswers(answers) : [];
    if (answers.length < batch.length) await this.#keepShadows(batch.filter(isShadow));
    return again;
  }

  async #keepAnswers(batch: readonly WaitingExchange[]): Promise<readonly WaitingExchange[]> {
    const { predictions, tokens, log } = this.#deps;
    try {
      const { rows, unread, used, awaited } = await readInSlices(batch);
      const outcomes = await predictions.keep(rows);
      if (used.length > 0) await tokens.record(used);
      rows.forEach((row, at) => {
        const outcome = outcomes[at] ?? 'kept';
        this.#count(row.endpoint, outcome === 'kept' && unread.has(row) ? 'withoutContent' : outcome, 1);
      });
      for (const { settled } of batch) settled?.resolve();
      for (const { onStored, from, count } of awaited) {
        const isStored = (at: number) => outcomes[from + at] !== 'sampledOut';
        onStored(rows.slice(from, from + count).map((row, at) => (isStored(at) ? toPredictionHead(row) : null)));
      }
      return [];
    } catch (error) {
      const again = isAway(error) && !this.#isOver ? batch.filter(({ settled }) => settled === null) : [];
      log.error({ err: error, requests: batch.length, later: again.length }, 'cannot store predictions in the log');
      for (const { exchange, settled } of batch.filter((one) => !again.includes(one))) {
        this.#count(exchange.endpoint, 'failed', 1);
        settled?.reject(new ServingProblem('unavailable', 'The prediction could not be stored in the log.', 1));
      }
      return again;
    }
  }

  async #keepShadows(batch: readonly WaitingExchange[]): Promise<void> {
    const counts: { endpoint: string; rows: number }[] = [];
    try {
      const answers: ShadowPrediction[] = [];
      let begunAt = performance.now();
      for (const { exchange } of batch) {
        const rows = buildShadowRows(exchange, exchange.shadowOf ?? [], codecs);
        if (rows === null) this.#count(exchange.endpoint, 'shadowDropped', 1);
        else counts.push({ endpoint: exchange.endpoint, rows: rows.length });
        answers.push(...(rows ?? []));
        if (performance.now() - begunAt < SLICE_MS) continue;
        await nextTurn();
        begunAt = performance.now();
      }
      if (answers.length > 0) await this.#deps.predictions.keepShadows(answers);
      for (const { endpoint, rows } of counts) this.#count(endpoint, 'shadowKept', rows);
    } catch (error) {
      this.#deps.log.error(
        { err: error, requests: batch.length },
        'cannot store answers of shadow variants in the log',
      );
      for (const { endpoint } of counts) this.#count(endpoint, 'shadowDropped', 1);
    }
  }

  #countsOf(endpoint: string): Counts {
    const found = this.#counts.get(endpoint);
    if (found !== undefined) return found;
    const made: Counts = {
      kept: 0,
      withoutContent: 0,
      sampledOut: 0,
      behind: 0,
      failed: 0,
      shadowKept: 0,
      shadowDropped: 0,
    };
    this.#counts.set(endpoint, made);
    return made;
  }

  #count(endpoint: string, outcome: LogOutcome, count: number): void {
    this.#countsOf(endpoint)[outcome] += count;
    this.#deps.counted(endpoint, outcome, count);
  }
}

/** Whether the rules of a prediction could not be read: nothing of it is stored. */
function isAway(error: unknown): boolean {
  return isStoreAway(error) || (error instanceof AppError && error.code === 'last_known_too_old');
}

async function readInSlices(batch: readonly WaitingExchange[]) {
  const rows: ServedPrediction[] = [];
  const unread = new Set<ServedPrediction>();
  const used: ServedTokens[] = [];
  const awaited: { onStored: NonNullable<Exchange['onStored']>; from: number; count: number }[] = [];
  let begunAt = performance.now();
  for (const { exchange } of batch) {
    const read = buildRows(exchange, codecs);
    if (read.used !== null) used.push(read.used);
    const { onStored } = exchange;
    if (onStored !== null) awaited.push({ onStored, from: rows.length, count: read.rows.length });
    for (const row of read.rows) {
      rows.push(row);
      if (!read.isWhole) unread.add(row);
    }
    if (performance.now() - begunAt < SLICE_MS) continue;
    await nextTurn();
    begunAt = performance.now();
  }
  return { rows, unread, used, awaited };
}
