import { readFileSync, writeFileSync } from 'node:fs';
import { type Spread, spreadOf } from './statistics.ts';

/** One thing measured on one side, all repetitions. */
export interface Figure {
  /** Name of the measure: `import`. */
  readonly measure: string;
  /** `Steelyard`, `DuckDB`, `mlflow server`. */
  readonly subject: string;
  readonly unit: 'rows/s' | 'requests/s' | 'requests' | 'spans/s' | 'MB/s' | 's' | 'ms' | 'ns' | 'MB' | '% of a core';
  readonly values: readonly number[];
}

/** A table row: the same measure for the sides of a comparison, and the ratio of the first to the others. */
export interface Comparison {
  readonly measure: string;
  readonly figures: readonly (Figure | null)[];
}

export interface Budget {
  readonly what: string;
  readonly limit: number;
  readonly figure: Figure;
  /** The figure must not be below the limit; else it must be below it. */
  readonly atLeast?: true;
}

function isHeld({ limit, atLeast }: Budget, median: number): boolean {
  return atLeast ? median >= limit : median < limit;
}

export interface CaseReport {
  readonly name: string;
  readonly title: string;
  /** The sides, Steelyard first. */
  readonly subjects: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly budgets: readonly Budget[];
  readonly notes: readonly string[];
}

/** Puts the figures between the markers; the words around them are written by people and stay. */
export function writeFigures(path: string, figures: string, section = 'figures'): void {
  const text = readFileSync(path, 'utf8');
  const [start, end] = figuresWithin(path, text, section);
  writeFileSync(path, `${text.slice(0, start)}\n${figures}\n${text.slice(end)}`);
}

/** Offsets of the figures of a section in the text. */
function figuresWithin(path: string, text: string, section: string): readonly [number, number] {
  const [opening, closing] = [`<!-- ${section}:start -->`, `<!-- ${section}:end -->`];
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)];
  if (start === -1 || end < start) throw new Error(`${path} has no ${opening} … ${closing} for the figures`);
  return [start + opening.length, end];
}

export function asMarkdown(machine: readonly string[], cases: readonly CaseReport[]): string {
  const description = machine.map((line) => `- ${line}`).join('\n');
  return [description, ...cases.map((one) => caseMarkdown(one))].join('\n\n');
}

/**
 * Replaces the sections of separately measured cases between the markers, each with its own machine; a new case is
 * appended.
 */
export function writeCases(path: string, machine: readonly string[], cases: readonly CaseReport[]): void {
  const text = readFileSync(path, 'utf8');
  const [start, end] = figuresWithin(path, text, 'figures');
  const sections = text.slice(start, end).trim().split(CASE_START);
  for (const one of cases) {
    const at = sections.findIndex((section) => section.startsWith(caseMarker(one.name)));
    const section = caseMarkdown(one, machine[0]);
    if (at === -1) sections.push(section);
    else sections[at] = section;
  }
  const figures = sections.map((section) => section.trim()).join('\n\n');
  writeFileSync(path, `${text.slice(0, start)}\n${figures}\n${text.slice(end)}`);
}

const caseMarker = (name: string) => `<!-- case:${name} -->`;
const CASE_START = /(?=<!-- case:)/;

function caseMarkdown({ name, title, subjects, comparisons, budgets, notes }: CaseReport, machine?: string): string {
  const others = subjects.slice(1).map((subject) => `against ${subject}`);
  const head = ['', ...subjects, ...others];
  const rows = comparisons.map(({ measure, figures }) => [measure, ...figures.map(cell), ...ratios(figures)]);
  const heading = `${caseMarker(name)}\n### ${title}`;
  const lines = [heading, ...(machine === undefined ? [] : [`Measured apart: ${machine}.`]), table(head, rows)];
  if (budgets.length > 0) lines.push(budgets.map(budgetLine).join('\n'));
  if (notes.length > 0) lines.push(notes.map((note) => `- ${note}`).join('\n'));
  return lines.join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function cell(figure: Figure | null): string {
  if (figure === null) return '–';
  const { median, lowest, highest } = spreadOf(figure.values);
  const range = figure.values.length > 1 ? ` (${shown(lowest)}–${shown(highest)})` : '';
  return `${shown(median)} ${figure.unit}${range}`;
}

/** Steelyard divided by each other side's median; for times and memory less than 1 is better, for rates more. */
function ratios([ours, ...others]: readonly (Figure | null)[]): string[] {
  return others.map((other) => {
    if (ours === null || ours === undefined || other === null) return '–';
    const theirs = spreadOf(other.values).median;
    return theirs === 0 ? '–' : `${shown(spreadOf(ours.values).median / theirs)} ×`;
  });
}

function budgetLine(budget: Budget): string {
  const { what, limit, figure, atLeast } = budget;
  const { median } = spreadOf(figure.values);
  const verdict = isHeld(budget, median) ? 'held' : '**not held**';
  return `- Budget: ${what} ${atLeast ? '≥' : '<'} ${shown(limit)} ${figure.unit}: ${verdict} (${shown(median)} ${figure.unit}).`;
}

/** Three significant digits, whole numbers from 100 on, thousands with a comma. */
function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

export function asJson(machine: readonly string[], cases: readonly CaseReport[]): string {
  const documents = cases.map(({ name, comparisons, budgets, notes }) => ({
    case: name,
    figures: comparisons.flatMap(({ figures }) => figures.filter((figure) => figure !== null).map(withSpread)),
    budgets: budgets.map((budget) => {
      const { what, limit, figure } = budget;
      const { median } = spreadOf(figure.values);
      return { what, limit, unit: figure.unit, median, held: isHeld(budget, median) };
    }),
    notes,
  }));
  return `${JSON.stringify({ machine, cases: documents }, null, 2)}\n`;
}

function withSpread(figure: Figure): Figure & Spread {
  return { ...figure, ...spreadOf(figure.values) };
}
