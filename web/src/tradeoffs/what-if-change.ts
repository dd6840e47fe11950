import type { WhatIfAnswer, WhatIfChange, WhatIfState } from '../../../src/tradeoff/frontier/schema.ts';
import type { TradeOffsSearch } from './tradeoffs-search.ts';

/** The change that an address asks for; null without one. */
export function toChange({ traffic, hardware, spot, precision, replicas, loss }: TradeOffsSearch): WhatIfChange | null {
  const change: WhatIfChange = {
    ...(traffic === undefined ? {} : { traffic }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(spot === true ? { spot } : {}),
    ...(precision === undefined ? {} : { precision }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(loss === undefined ? {} : { acceptLoss: loss }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** Parameters of an address without a change. */
export const NO_CHANGE = {
  ...{ traffic: undefined, hardware: undefined, spot: undefined },
  ...{ precision: undefined, replicas: undefined, loss: undefined },
} as const satisfies TradeOffsSearch;

const number = (text: string, isValid: (value: number) => boolean): number | undefined => {
  const value = Number(text.trim().replaceAll(',', ''));
  return text.trim() !== '' && isValid(value) ? value : undefined;
};

/** Parameters of the address from the fields of the form; a field that is empty or not a valid number is no change. */
export function parseFields(field: (name: string) => string): TradeOffsSearch {
  const precision = field('precision');
  const hardware = field('hardware');
  return {
    traffic: number(field('traffic'), (value) => value > 0 && value <= 1e6 && value !== 1),
    hardware: hardware === '' ? undefined : hardware,
    spot: field('spot') === '' ? undefined : true,
    precision: precision === 'half' || precision === 'int8' ? precision : undefined,
    replicas: number(field('replicas'), (value) => Number.isInteger(value) && value >= 1 && value <= 1_000_000),
    loss: number(field('loss'), (value) => value > 0 && value <= 1e9),
  };
}

type Figure = WhatIfState['unknown'][number]['figure'];

/** Reason for an unknown figure, with the command that measures it. */
export function explainUnknown(state: WhatIfState | null, figure: Figure, missing: WhatIfAnswer['missing']): string {
  if (state === null) return missing.join(' ') || 'No version meets the change.';
  const found = state.unknown.find((one) => one.figure === figure);
  if (found === undefined) return 'It is not known.';
  return found.command === null ? found.reason : `${found.reason}. Measure it: ${found.command}`;
}
