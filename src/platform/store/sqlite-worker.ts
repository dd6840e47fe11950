import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export interface ThreadQuestion {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** The statement is run once for each of these instead, until one fails. */
  readonly rows?: readonly (readonly unknown[])[];
  /** SQLite rolls back a transaction on its own when the disk is full; statements sent after that must not be stored outside it. */
  readonly inTransaction?: boolean;
  /**
   * Place of its claim in the memory that both threads share: the thread that changes it from `OPEN` first has the question. Without one, this
   * thread has it.
   */
  readonly claim?: number;
}

/** States of a claim, as in sqlite-thread.ts: a recalled claim is FREE once this thread has passed it. */
const FREE = 0;
const OPEN = 1;
const BEGUN = 2;

/** Rows as lists: a row that crosses to another thread as an object takes its names along, at three times the cost. */
export type ThreadAnswer =
  | {
      readonly id: number;
      readonly ok: true;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      readonly changes: bigint | null;
    }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly errorNumber: number | null };

/** Prepared statements kept; the least recently used goes first. */
const STATEMENT_CACHE = 256;

const { file, mode, claims } = workerData as { file: string; mode: 'read' | 'write'; claims: Int32Array };
const database = new DatabaseSync(file, { readOnly: mode === 'read', timeout: 5000 });
if (mode === 'write') database.exec('PRAGMA journal_mode = WAL');
// FULL: acknowledged writes are on the disk (DESIGN law 5). LIKE is case-sensitive, as MLflow's grammar requires.
database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON');
database.exec('PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY');
// Four times SQLite's default: a page that many commits change is then written back to the database once.
database.exec('PRAGMA wal_autocheckpoint = 4000');

interface Prepared {
  readonly statement: StatementSync;
  /** Of its last run; null before the first. */
  lastMs: number | null;
}

const statements = new Map<string, Prepared>();

function prepareStatement(sql: string): Prepared {
  const known = statements.get(sql);
  if (known !== undefined) {
    statements.delete(sql);
    statements.set(sql, known);
    return known;
  }
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const fresh = { statement, lastMs: null };
  statements.set(sql, fresh);
  const [oldest] = statements.keys();
  if (statements.size > STATEMENT_CACHE && oldest !== undefined) statements.delete(oldest);
  return fresh;
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value as SQLInputValue;
}

function answerQuestion(question: ThreadQuestion): ThreadAnswer {
  const { id, sql, rows } = question;
  try {
    if (question.inTransaction === true && !database.isTransaction) throw new Error('no transaction is active');
    const known = prepareStatement(sql);
    const { statement } = known;
    if (rows !== undefined) return { id, ok: true, columns: [], rows: [], changes: runForEach(statement, rows) };
    const parameters = question.parameters.map(toSqlite);
    if (statement.columns().length > 0) {
      const begin = performance.now();
      const read = readAll(statement, parameters);
      known.lastMs = performance.now() - begin;
      return { id, ok: true, ...read, changes: null };
    }
    const { changes } = statement.run(...parameters);
    return { id, ok: true, columns: [], rows: [], changes: BigInt(changes) };
  } catch (error) {
    const errorNumber =
      error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
    return { id, ok: false, message: error instanceof Error ? error.message : String(error), errorNumber };
  }
}

function readAll(statement: StatementSync, parameters: readonly SQLInputValue[]) {
  const rows = statement.all(...parameters) as unknown as unknown[][];
  // After the rows: a changed schema gives a prepared statement its new columns when it runs.
  return { columns: statement.columns().map(({ name }) => name), rows };
}

function runForEach(statement: StatementSync, rows: readonly (readonly unknown[])[]): bigint {
  let changes = 0n;
  for (const row of rows) changes += BigInt(statement.run(...(row as SQLInputValue[])).changes);
  return changes;
}

/** A statement that may take longer than this does not delay finished answers. */
const QUICK_MS = 5;

function isQuick(sql: string): boolean {
  const lastMs = statements.get(sql)?.lastMs ?? null;
  return mode === 'write' || (lastMs !== null && lastMs < QUICK_MS);
}

/** False for a question that was taken back. */
function claimQuestion(claim: number): boolean {
  if (Atomics.compareExchange(claims, claim, OPEN, BEGUN) === OPEN) return true;
  Atomics.store(claims, claim, FREE);
  return false;
}

function answerAll(questions: readonly ThreadQuestion[]): void {
  let answers: ThreadAnswer[] = [];
  const send = () => {
    if (answers.length > 0) parentPort?.postMessage(answers);
    answers = [];
  };
  for (const question of questions) {
    if (question.claim !== undefined && !claimQuestion(question.claim)) continue;
    if (!isQuick(question.sql)) send();
    answers.push(answerQuestion(question));
  }
  send();
}

parentPort?.on('message', (questions: readonly ThreadQuestion[] | null) => {
  if (questions !== null) return answerAll(questions);
  database.close();
  parentPort?.close();
});
