import { AppError } from '../../../platform/errors/index.ts';
import type { FitCandidate } from '../../cascades/index.ts';
import { listCosts } from '../costs.ts';
import type { OutcomeTable } from '../read-outcomes.ts';

/** Rows of one side of the split. */
export interface CascadeRows {
  readonly n: number;
  readonly candidates: readonly FitCandidate[];
  readonly cluster: Float64Array | null;
}

export interface SplitRows {
  readonly fit: CascadeRows;
  readonly heldOut: CascadeRows;
  /** Rows without an outcome or a cost of every candidate. */
  readonly leftOut: number;
}

/** Fewest rows of a side: one row has no variance. */
const FEWEST_ROWS = 2;

/**
 * Splits the rows with outcomes and costs of every candidate by the parity of their number in the file.
 * Errors: `candidate_cost_missing`, `outcomes_too_few`.
 */
export function splitRows(table: OutcomeTable, fitRows: 'even' | 'odd'): SplitRows {
  const costs = table.candidates.map((candidate) => {
    const found = listCosts(candidate);
    if (found !== null) return found;
    const detail = `The candidate "${candidate.name}" has no cost. Give it pricePerThousand or a cost column, or remove it.`;
    throw new AppError('candidate_cost_missing', detail, { candidate: candidate.name });
  });
  const remainder = fitRows === 'even' ? 0 : 1;
  const isWhole = (at: number): boolean =>
    table.candidates.every(({ quality }) => !Number.isNaN(quality[at])) &&
    costs.every((cost) => !Number.isNaN(cost[at]));
  const whole = Int32Array.from(table.row, (_, at) => at).filter(isWhole);
  const [fitPlaces, heldOutPlaces] = [remainder, 1 - remainder].map((parity) =>
    whole.filter((at) => (table.row[at] as number) % 2 === parity),
  ) as [Int32Array, Int32Array];
  const fit = selectRows(table, costs, fitPlaces);
  const heldOut = selectRows(table, costs, heldOutPlaces);
  if (Math.min(fit.n, heldOut.n) < FEWEST_ROWS) throw createTooFew(table.path, fit.n, heldOut.n);
  return { fit, heldOut, leftOut: table.row.length - whole.length };
}

function selectRows(table: OutcomeTable, costs: readonly Float64Array[], places: Int32Array): CascadeRows {
  const select = (values: Float64Array): Float64Array => Float64Array.from(places, (at) => values[at] as number);
  return {
    n: places.length,
    cluster: table.cluster === null ? null : select(table.cluster),
    candidates: table.candidates.map(({ name, quality, confidence }, at) => ({
      name,
      quality: select(quality),
      confidence: confidence === null ? null : select(confidence),
      cost: select(costs[at] as Float64Array),
    })),
  };
}

function createTooFew(path: string, fit: number, heldOut: number): AppError {
  const detail =
    `${path} has ${fit} rows for fitting and ${heldOut} for the test with outcomes and costs of every candidate. ` +
    `Each side needs at least ${FEWEST_ROWS}.`;
  return new AppError('outcomes_too_few', detail, { file: path, fit, heldOut });
}
