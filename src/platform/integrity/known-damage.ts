import type { JournalFinding } from '../journal/index.ts';
import { parsePartitionTime, type StagedFile } from '../lake/index.ts';
import type { KeptDigest } from '../objects/index.ts';
import type { DamagedPlace, KnownDamage } from './schema.ts';

export interface KnownDamageDeps {
  /** Damage of journals that is set aside or noted. */
  readonly journals: () => Promise<readonly JournalFinding[]>;
  /** Files of the lake that are marked as damaged. */
  readonly lakeFiles: () => Promise<readonly StagedFile[]>;
  /** Objects that are marked as damaged, by the name of their place. */
  readonly objects: () => Promise<readonly { readonly place: string; readonly kept: KeptDigest }[]>;
  /** Findings of the store check at start. */
  readonly store: () => readonly string[];
}

const LISTED = 1000;
const COMMAND = 'steelyard verify --repair';

/** Lists the known damage. Of the stored files it reads only the records of damage. */
export async function listKnownDamage(deps: KnownDamageDeps): Promise<KnownDamage> {
  const [journals, files, objects] = await Promise.all([deps.journals(), deps.lakeFiles(), deps.objects()]);
  const damaged = [
    ...deps.store().map((problem) => toPlace({ area: 'store', what: 'store.db', problem })),
    ...journals.map(toJournalPlace),
    ...files.map((file) =>
      toPlace({
        area: 'lake',
        what: `lake/${file.path}`,
        problem: `table ${file.table}: ${file.damage}`,
        period: parsePartitionTime(file.partition),
        sizeBytes: file.sizeBytes,
      }),
    ),
    ...objects.map(({ place, kept }) =>
      toPlace({
        area: 'objects',
        what: `${place}/${kept.key}`,
        problem: kept.damage ?? 'is damaged',
        sizeBytes: kept.sizeBytes,
      }),
    ),
  ];
  return { damaged: damaged.slice(0, LISTED), count: damaged.length, command: damaged.length === 0 ? null : COMMAND };
}

function toPlace(known: Pick<DamagedPlace, 'area' | 'what' | 'problem'> & Partial<DamagedPlace>): DamagedPlace {
  return { period: null, offset: null, sizeBytes: null, lines: null, ...known };
}

function toJournalPlace({ file, offset, sizeBytes, lines, kind }: JournalFinding): DamagedPlace {
  const problem = describeJournalDamage(kind, lines);
  return toPlace({ area: 'journals', what: `journals/${file}`, problem, offset, sizeBytes, lines });
}

/** Description of a finding in a journal. */
export function describeJournalDamage(kind: JournalFinding['kind'], lines: number | null): string {
  switch (kind) {
    case 'set_aside':
      return 'damaged bytes were isolated in this file; the intact lines around them are kept';
    case 'missing_lines':
      return lines === null
        ? 'acknowledged lines may be missing, in unknown number'
        : `${lines} acknowledged ${lines === 1 ? 'line is' : 'lines are'} missing`;
    case 'damaged_ledger':
      return 'names or sizes of segments are missing or damaged; the next settling rewrites them';
    case 'damaged_file':
      return 'isolated bytes can no longer be read';
    case 'damaged_line':
      return 'damaged bytes, which the next settling isolates';
    case 'torn_tail':
      return 'a half-written last line, which was not acknowledged';
  }
}
