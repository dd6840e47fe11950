import { styleText } from 'node:util';
import type { Io, Sink } from '../io.ts';

type Style = (text: string) => string;

/** Styles of the output. Emphasis leaves the text unchanged where colours are not shown. */
export interface Paint {
  /** Characters in a line of the terminal; null where it is none and lines may have any length. */
  readonly columns: number | null;
  readonly heading: Style;
  readonly faint: Style;
  readonly good: Style;
  readonly waiting: Style;
  readonly bad: Style;
}

type Format = Parameters<typeof styleText>[0];

/** Colours only on a terminal that shows them, and never against NO_COLOR (https://no-color.org). */
export function paintFor(sink: Sink, environment: Io['environment']): Paint {
  const { NO_COLOR: refused = '', TERM: terminal = '' } = environment;
  const isColoured = sink.isTerminal && refused === '' && terminal !== 'dumb';
  const style =
    (format: Format): Style =>
    (text) =>
      isColoured ? styleText(format, text, { validateStream: false }) : text;
  return {
    columns: sink.isTerminal ? sink.columns : null,
    heading: style('bold'),
    faint: style('dim'),
    good: style('green'),
    waiting: style('yellow'),
    bad: style('red'),
  };
}
