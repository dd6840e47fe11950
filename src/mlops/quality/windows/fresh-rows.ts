import type { Lake } from '../../../platform/lake/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Monitor, MonitorWindow } from '../../monitors/schema.ts';
import type { Selection } from '../../predictions/index.ts';
import { hashSpec, readTablesState } from './freshness.ts';
import { readInputNames } from './input-names.ts';
import { RowAnswers } from './row-answers.ts';
import { scoreRows, type Tables } from './scored-rows.ts';
import { countRows, type RowsFile, type StoredRows, showRows } from './stored-rows.ts';
import type { VersionCount } from './version-counts.ts';
import type { ShownCut, WindowQuery } from './windows.ts';

/** Monitors whose fresh rows are kept, the last used ones. */
const MOST_KEPT = 20;

interface FreshRowsDeps extends Tables {
  readonly lake: Pick<Lake, 'session'>;
  readonly clock: Clock;
  readonly rows: Pick<StoredRows, 'write'>;
}

/** Scored rows of a monitor with all predictions and labels that had arrived when they were asked for. */
export interface FreshRowSet {
  /** UTC instant up to which rows are included. */
  readonly knownAt: string;
  /** One cut without slices: the rows have no inputs. */
  showCut(watching: Omit<WindowQuery, 'slice'>): Promise<ShownCut>;
  countVersions(selection: Selection): Promise<readonly VersionCount[]>;
  /** Names of the inputs of the latest predictions; the last of some windows is read first. */
  inputNames(windows: readonly MonitorWindow[]): Promise<readonly string[]>;
}

/**
 * Rows of monitors that are scored for a request, because the stored ones miss new rows. All questions that come while the tables
 * stay as they are use one scoring; questions that come during a scoring share the next one.
 */
export interface FreshRows {
  /** `since`: rows that arrived later may be missing, as `performance.now()`. */
  use<T>(monitor: Monitor, since: number, work: (rows: FreshRowSet) => Promise<T>): Promise<T>;
  /** Removes the rows of a monitor, or of all. */
  drop(monitor?: string): void;
}

/** One scoring of the log. */
interface Scoring {
  readonly spec: string;
  readonly state: string;
  readonly startedAt: number;
  readonly knownAt: string;
  readonly selection: Selection;
  readonly file: Promise<RowsFile>;
  isRunning: boolean;
  /** Questions that read the file now. */
  users: number;
  isDropped: boolean;
}

export function createFreshRows(deps: FreshRowsDeps): FreshRows {
  const kept = new Map<string, Scoring>();
  const answers: Answers = { cuts: new RowAnswers(), counts: new RowAnswers(), inputs: new RowAnswers() };
  const drop = (name: string) => {
    const scoring = kept.get(name);
    if (scoring === undefined) return;
    kept.delete(name);
    scoring.isDropped = true;
    removeUnused(scoring);
  };
  const keep = (name: string, scoring: Scoring) => {
    if (kept.get(name) !== scoring) drop(name);
    kept.delete(name);
    kept.set(name, scoring);
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) drop(oldest);
  };
  const start = ({ spec }: Monitor, state: string): Scoring => {
    const knownAt = new Date(deps.clock.now()).toISOString();
    const selection = { model: spec.model, knownAt };
    const file = scoreRows(deps, { spec, selection, withInputs: false }, (rows) =>
      deps.rows.write(rows, spec, { withInputs: false }),
    );
    const common = { spec: hashSpec(spec), state, startedAt: performance.now(), knownAt, selection };
    return { ...common, file, isRunning: true, users: 1, isDropped: false };
  };
  /** The caller counts as a user of the scoring from now on, so that its file stays. */
  const acquire = async (monitor: Monitor, since: number): Promise<{ scoring: Scoring; knownAt: string }> => {
    const name = monitor.monitor;
    const spec = hashSpec(monitor.spec);
    for (;;) {
      const state = await readTablesState(deps);
      const scoring = kept.get(name);
      const isCurrent = scoring?.spec === spec && scoring.state === state;
      if (scoring !== undefined && (isCurrent || (scoring.spec === spec && scoring.startedAt >= since))) {
        keep(name, scoring);
        scoring.users += 1;
        return { scoring, knownAt: isCurrent ? new Date(deps.clock.now()).toISOString() : scoring.knownAt };
      }
      if (scoring?.isRunning !== true) {
        const started = start(monitor, state);
        keep(name, started);
        noteEnd(started, () => kept.get(name) === started && drop(name));
        return { scoring: started, knownAt: started.knownAt };
      }
      // The next scoring is for all questions that came during this one.
      await scoring.file.catch(() => undefined);
    }
  };
  return {
    async use(monitor, since, work) {
      const { scoring, knownAt } = await acquire(monitor, since);
      try {
        const file = await scoring.file;
        return await work(toRowSet(deps, answers, scoring, { file, knownAt }));
      } finally {
        scoring.users -= 1;
        removeUnused(scoring);
      }
    },
    drop: (name) => {
      for (const one of name === undefined ? [...kept.keys()] : [name]) drop(one);
    },
  };
}

/** Answers about each scoring. */
interface Answers {
  readonly cuts: RowAnswers<ShownCut>;
  readonly counts: RowAnswers<readonly VersionCount[]>;
  readonly inputs: RowAnswers<readonly string[]>;
}

function toRowSet(
  { lake, predictions }: FreshRowsDeps,
  { cuts, counts, inputs }: Answers,
  scoring: Scoring,
  { file, knownAt }: { readonly file: RowsFile; readonly knownAt: string },
): FreshRowSet {
  return {
    knownAt,
    showCut: (watching) => {
      const show = () => showRows(lake, file, watching);
      // Other cuts have many windows.
      return watching.by === 'all' ? cuts.use(scoring, [watching.selection, watching.from], show) : show();
    },
    countVersions: (selection) => counts.use(scoring, selection, () => countRows(lake, file.path, selection)),
    inputNames: (windows) => inputs.use(scoring, null, () => readInputNames(predictions, scoring.selection, windows)),
  };
}

/** Notes the end of a scoring; one that failed is not kept. */
function noteEnd(scoring: Scoring, failed: () => void): void {
  scoring.file.then(
    () => {
      scoring.isRunning = false;
    },
    () => {
      scoring.isRunning = false;
      failed();
    },
  );
}

/** Deletes the file of a scoring that is not kept, after its last reader. */
function removeUnused({ isDropped, users, file }: Scoring): void {
  if (!isDropped || users > 0) return;
  void file.then((written) => written[Symbol.asyncDispose]()).catch(() => undefined);
}
