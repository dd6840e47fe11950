import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers';
import { AFTER_BILLS, DEMO_STEPS } from '../../../examples/recommender/demo/recorded/steps.ts';
import { JUDGING_JOB } from '../../finops/anomalies/index.ts';
import { FORECASTS_JOB } from '../../finops/forecasts/index.ts';
import type { Config } from '../../platform/config/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { loadInThread } from './load.ts';
import { bringsData, LOAD_HEADER } from './refused-routes.ts';
import type { DemoData } from './schema.ts';
import { findDemo, insertDemo, type StoredDemo, updateDemo } from './store.ts';
import { describeData, readRows } from './tables.ts';

export interface DemoDataDeps {
  readonly config: Pick<Config, 'server'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Pick<Jobs, 'hold'>;
  /** URL of this server on this machine; null where it does not listen. */
  readonly address: () => string | null;
  /** Key of commands on this machine; null without accounts. */
  readonly localKey: string | null;
  /** Closes the server after the current answer and opens it again, so that it finishes a removal. */
  readonly restart: () => void;
}

/** A request before its body is read. */
export interface IncomingRequest {
  readonly method: string;
  readonly route: string | undefined;
  readonly scope: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

const SHARED = 'The demo data need a separate server: this one shares its store with others.';
const BEGUN = 'The demo data are being loaded.';
const NONE: StoredDemo = { state: 'none', loadedAt: null, failure: null };

/**
 * The demo data of a server. While they are loaded, data of users are refused, so that no total ever has both; a removal
 * then takes the server back to the state before the load.
 */
export class DemoDataService implements AsyncDisposable {
  readonly #deps: DemoDataDeps;
  /** Requests of the load prove themselves by it. */
  readonly #secret = randomBytes(24).toString('base64url');
  readonly #stop = new AbortController();
  #stored: StoredDemo = NONE;
  #steps: string[] = [];
  #loading: Promise<void> = Promise.resolve();

  constructor(deps: DemoDataDeps) {
    this.#deps = deps;
  }

  /** Reads the state at the start of the server. A load that the end of a server interrupted has failed. */
  async open(): Promise<void> {
    this.#stored = (await findDemo(this.#deps.store)) ?? NONE;
    if (this.#stored.state === 'loading') await this.#fail('The server stopped during the load.');
  }

  async show(): Promise<DemoData> {
    const { state, loadedAt, failure } = this.#stored;
    const isLoading = state === 'loading';
    return {
      ...{ state, loadedAt, failure },
      step: state === 'loaded' ? DEMO_STEPS.length : Math.max(0, this.#steps.length - 1),
      steps: DEMO_STEPS.length,
      doing: isLoading ? (this.#steps.at(-1) ?? DEMO_STEPS[0]) : null,
      refusal: await this.#findRefusal(this.#deps.store),
    };
  }

  async load(): Promise<DemoData> {
    const { store } = this.#deps;
    const url = this.#deps.address();
    await store.transaction(async (sql) => {
      // Another request may have begun a load since the state was read, also on another server of the store.
      const refusal = (await this.#findRefusal(sql)) ?? ((await findDemo(sql)) === null ? null : BEGUN);
      if (refusal !== null) throw new AppError('demo_data_refused', refusal);
      await insertDemo(sql, await readRows(sql));
    });
    this.#stored = { ...NONE, state: 'loading' };
    this.#steps = [];
    this.#loading = this.#run(url ?? '');
    return this.show();
  }

  async remove(): Promise<DemoData> {
    const { state } = this.#stored;
    if (state === 'none') throw new AppError('demo_data_not_found', 'This server has no demo data.');
    if (state !== 'removing') await this.#save({ ...this.#stored, state: 'removing' });
    // After the answer, which says that the server restarts.
    setImmediate(this.#deps.restart);
    return this.show();
  }

  /** Refuses data of users while demo data are loaded. Error: `demo_data_loaded`. */
  admit({ method, route, scope, headers }: IncomingRequest): void {
    if (this.#stored.state === 'none' || headers[LOAD_HEADER] === this.#secret) return;
    if (bringsData(method, route, scope)) throw createLoadedError();
  }

  /** The same for documents of sources, which fetch data automatically. */
  watchKind = (kind: ManifestKind): ManifestKind => {
    if (!kind.kind.endsWith('Source')) return kind;
    const apply: ManifestKind['apply'] = (sql, document) => {
      if (this.#stored.state !== 'none') throw createLoadedError();
      return kind.apply(sql, document);
    };
    return { ...kind, apply };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loading;
  }

  async #run(url: string): Promise<void> {
    const { localKey, log, clock, jobs } = this.#deps;
    // Otherwise each bill would start them again.
    using hold = jobs.hold([JUDGING_JOB, FORECASTS_JOB]);
    const key = localKey === null ? {} : { authorization: `Bearer ${localKey}` };
    const headers = { ...key, [LOAD_HEADER]: this.#secret };
    const onStep = (text: string) => {
      this.#steps.push(text);
      if (text === AFTER_BILLS) hold[Symbol.dispose]();
    };
    try {
      await loadInThread({ url, headers, onStep, signal: this.#stop.signal });
      if (this.#stored.state !== 'loading') return;
      await this.#save({ state: 'loaded', loadedAt: new Date(clock.now()).toISOString(), failure: null });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.error({ err: error }, 'the demo data could not be loaded');
      await this.#fail(
        `The load failed at “${this.#steps.at(-1) ?? DEMO_STEPS[0]}”. The log of the server has the cause.`,
      );
    }
  }

  async #fail(failure: string): Promise<void> {
    await this.#save({ state: 'failed', loadedAt: null, failure });
  }

  async #save(stored: StoredDemo): Promise<void> {
    await updateDemo(this.#deps.store, stored);
    this.#stored = stored;
  }

  async #findRefusal(sql: Sql): Promise<string | null> {
    if (this.#deps.config.server !== undefined) return SHARED;
    const { state } = this.#stored;
    if (state === 'loading') return BEGUN;
    if (state === 'removing') return 'The demo data are being removed. Try again in a few seconds.';
    if (state === 'failed') return 'An earlier load ended early. Remove the loaded part before you load again.';
    if (state !== 'none') return 'The demo data are loaded already. Remove them before you load them again.';
    if (this.#deps.address() === null) return 'The server does not listen yet, so it cannot load the demo data.';
    const data = await describeData(sql);
    if (data === '') return null;
    return `This server has data: ${data}. The demo data are only for an empty server, so that no total mixes both.`;
  }
}

function createLoadedError(): AppError {
  const detail =
    'This server shows demo data, and real data are never mixed with them. Remove the demo data first: steelyard demo remove, or the button on the page.';
  return new AppError('demo_data_loaded', detail);
}
