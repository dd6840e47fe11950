import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../../../platform/errors/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Reference, StoredProfile } from '../../drift/index.ts';
import { createProfileStore, type ProfileStore, profileColumns } from '../../drift/index.ts';
import type { DriftWatch, WatchedReference } from '../../monitors/schema.ts';
import { createColumnsTable, listOwnColumns } from './columns.ts';
import { EXACT_AT, type Place, type Predictions } from './selection.ts';
import type { Generation } from './store.ts';
import { measureVariation, periodSql } from './variation.ts';

/** The reference of a window; `until`: its last prediction, null where the reference is a profile of a file. */
export interface FoundReference {
  readonly reference: Reference;
  readonly until: Place | null;
  /** Variation between its periods, by column; undefined: it has no times, or too few periods. */
  readonly variation: StoredProfile['variation'];
}

export interface ReferenceQuestion extends Generation {
  readonly drift: DriftWatch;
  /** Version of the compared window. */
  readonly modelVersion: string | null;
  readonly now: number;
}

/**
 * References of monitors: named profiles, and references of predictions. The latter are profiled once; their profiles are
 * stored separately.
 */
export interface References {
  /** The reference, or the reason why there is none (yet). */
  find(predictions: Predictions, question: ReferenceQuestion): Promise<FoundReference | { readonly reason: string }>;
}

const FOLDER = 'drift/references';

export function createReferences(objects: Objects): References {
  const [named, own] = [createProfileStore(objects), createProfileStore(objects, FOLDER)];
  return {
    async find(predictions, question) {
      const { reference } = question.drift;
      if ('profile' in reference) {
        const profile = await findProfile(named, reference.profile);
        if (profile === null) return { reason: `there is no profile "${reference.profile}" on this server` };
        return {
          reference: renameToInputs(named.reference(profile), question.drift.columns),
          until: null,
          variation: undefined,
        };
      }
      const name = buildProfileName(
        question,
        'first' in reference ? (reference.modelVersion ?? question.modelVersion) : null,
      );
      const profile =
        (await findProfile(own, name)) ?? (await makeReferenceProfile({ objects, own }, name, predictions, question));
      if ('reason' in profile) return profile;
      return {
        reference: selectColumns(own.reference(profile), question.drift.columns),
        until: profile.until ?? null,
        variation: profile.variation,
      };
    },
  };
}

async function findProfile(profiles: ProfileStore, name: string): Promise<StoredProfile | null> {
  try {
    return await profiles.read(name);
  } catch (error) {
    if (error instanceof AppError && error.code === 'drift_profile_not_found') return null;
    throw error;
  }
}

/** Name of a profile: one for each monitor, generation of its `drift:` text, and version. A version is any text, so it is hashed. */
function buildProfileName({ monitor, generation }: Generation, version: string | null): string {
  const hash = createHash('sha256').update(JSON.stringify(version)).digest('hex').slice(0, 12);
  return `${monitor}.${generation}.${hash}`;
}

interface ReferenceDeps {
  readonly objects: Objects;
  readonly own: ProfileStore;
}

async function makeReferenceProfile(
  { objects, own }: ReferenceDeps,
  name: string,
  predictions: Predictions,
  { drift, modelVersion, now }: ReferenceQuestion,
): Promise<StoredProfile | { readonly reason: string }> {
  const { session } = predictions;
  const rows = 'drift_reference_rows';
  await session.query(
    `CREATE OR REPLACE TEMP TABLE ${rows} AS ${buildReferenceSql(predictions, drift, modelVersion, now)}`,
  );
  const [counted] = await session.query(`SELECT count(*)::DOUBLE AS rows, max(${EXACT_AT}) AS last,
      last(prediction ORDER BY predictedAt, prediction) AS prediction FROM ${rows}`);
  const missing = explainIncomplete(drift.reference, Number(counted?.rows ?? 0));
  if (missing !== null) return { reason: missing };
  const columns = drift.columns ?? (await listOwnColumns(session, rows));
  const table = await createColumnsTable(session, {
    rows,
    columns,
    alias: 'drift_reference',
    period: periodSql(drift),
  });
  const numbers = own.numbersKey(name, randomUUID());
  const profile = {
    name,
    createdAt: new Date(now).toISOString(),
    file: 'predictions',
    rows: table.rows,
    until: { at: String(counted?.last), prediction: String(counted?.prediction) },
    numbers,
    variation: await measureVariation(session, table, drift),
    columns: await profileColumns(session, table, objects, numbers),
  };
  await own.write(profile);
  return profile;
}

function buildReferenceSql(
  predictions: Predictions,
  drift: DriftWatch,
  windowVersion: string | null,
  now: number,
): string {
  const { reference } = drift;
  if ('profile' in reference) throw new Error('a profile has no predictions');
  const modelVersion =
    reference.modelVersion ?? ('first' in reference ? windowVersion : drift.modelVersion) ?? undefined;
  const until = new Date(now - drift.waitMinutes * 60_000).toISOString();
  const period = 'first' in reference ? { end: until } : { start: reference.start, end: reference.end };
  const order = 'first' in reference ? `ORDER BY predictedAt, prediction LIMIT ${reference.first}` : '';
  return `WITH ${predictions.with({ modelVersion, ...period })}
    SELECT predictedAt, prediction, inputs, output, label FROM labelled ${order}`;
}

function explainIncomplete(reference: WatchedReference, rows: number): string | null {
  if ('first' in reference && rows < reference.first) {
    return `the reference is not complete yet: it has ${rows} of its first ${reference.first} predictions`;
  }
  return rows === 0 ? 'the period of the reference has no prediction' : null;
}

/** A profile of a file as of predictions: its column `age` is `inputs.age`. */
function renameToInputs(reference: Reference, columns: readonly string[] | undefined): Reference {
  const named = new Map(reference.columns.map(({ name }) => [toWatchedName(name), name]));
  const original = (name: string) => named.get(name) ?? name;
  const renamed: Reference = {
    ...reference,
    columns: reference.columns.map((column) => ({ ...column, name: toWatchedName(column.name) })),
    numbers: (names) => reference.numbers(names.map(original)),
    levels: (name) => reference.levels(original(name)),
    known: (names) => reference.known(names.map(original)),
    codes: (name, levels) => reference.codes(original(name), levels),
  };
  return selectColumns(renamed, columns);
}

function toWatchedName(name: string): string {
  return /^(output|label)(\.|$)|^inputs\./.test(name) ? name : `inputs.${name}`;
}

/** Limits a reference to the watched columns. */
function selectColumns(reference: Reference, columns: readonly string[] | undefined): Reference {
  if (columns === undefined) return reference;
  return { ...reference, columns: reference.columns.filter(({ name }) => columns.includes(name)) };
}
