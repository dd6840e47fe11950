import { AppError } from '../../platform/errors/index.ts';

/** Columns with the request times and service times of a trace. */
export interface TraceFormat {
  /** Column of the time; null: the first of the usual names. */
  readonly timeColumn: string | null;
  readonly service:
    | { readonly by: 'column'; readonly column: string }
    | { readonly by: 'constant'; readonly seconds: number }
    | { readonly by: 'tokens' };
}

/** Seconds of service of an LLM request: fixed, by token read, by token written. They are those of autoscale_sim.py. */
export const TOKEN_SERVICE = { base: 0.05, perInputToken: 1 / 8000, perOutputToken: 0.03 } as const;

const TIME_COLUMNS = ['TIMESTAMP', 'timestamp', 'time', 'seconds'];
const INPUT_TOKENS = 'ContextTokens';
const OUTPUT_TOKENS = 'GeneratedTokens';
const MOST_NAMES_SHOWN = 8;

/** Positions of the figures of a request in a row. */
export interface TraceColumns {
  readonly time: { readonly name: string; readonly place: number };
  /** Seconds of service of a row; `number` reads a field that must hold a number from zero on. */
  service(number: (name: string, place: number) => number): number;
}

/** Finds the columns by the header. Error: `trace_column_missing`. */
export function findTraceColumns(header: readonly string[], { timeColumn, service }: TraceFormat): TraceColumns {
  const names = header.map((name) => name.trim());
  const placeOf = (wanted: readonly string[], what: string, option: string) => {
    const name = wanted.find((one) => names.includes(one));
    if (name !== undefined) return { name, place: names.indexOf(name) };
    const shown = names.slice(0, MOST_NAMES_SHOWN).join(', ').slice(0, 200);
    const detail = `The header of the trace has no column ${wanted.join(' or ')} for ${what}. Its columns are ${shown}. Set ${option}.`;
    throw new AppError('trace_column_missing', detail, { column: wanted[0] });
  };
  const time = placeOf(timeColumn === null ? TIME_COLUMNS : [timeColumn], 'the time of a request', 'timeColumn');
  if (service.by === 'constant') return { time, service: () => service.seconds };
  const option = 'serviceColumn or serviceSeconds';
  if (service.by === 'column') {
    const { name, place } = placeOf([service.column], 'the service time of a request in seconds', option);
    return { time, service: (number) => number(name, place) };
  }
  const input = placeOf([INPUT_TOKENS], 'the input tokens of a request', option);
  const output = placeOf([OUTPUT_TOKENS], 'the output tokens of a request', option);
  const { base, perInputToken, perOutputToken } = TOKEN_SERVICE;
  return {
    time,
    service: (number) =>
      base + number(input.name, input.place) * perInputToken + perOutputToken * number(output.name, output.place),
  };
}
