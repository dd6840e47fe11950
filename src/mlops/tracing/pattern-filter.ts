import type { Sql } from '../../platform/store/index.ts';
import { readSpanAttributes } from '../otlp/index.ts';
import { readJudgement } from './assessment.ts';
import type { TraceCondition } from './search-grammar.ts';
import { findSpanRows } from './span-store.ts';
import type { SpanRow, TraceRow } from './tables.ts';
import { listLinkedRuns, readFullTraces } from './trace-store.ts';
import { metadataKeys, type TraceInfo } from './types.ts';

/** Selects the traces that match the regular expressions of a filter. */
export type PatternFilter = (sql: Sql, rows: readonly TraceRow[]) => Promise<TraceRow[]>;

interface Candidate {
  readonly row: TraceRow;
  readonly trace: TraceInfo;
  readonly spans: readonly SpanRow[];
  readonly linkedRun: string | undefined;
}

/**
 * Evaluates RLIKE outside the store: SQLite has no regular expressions, and those of PostgreSQL may take forever. The
 * store has already checked the conditions that it supports. The engine is loaded by the first filter that needs it: it would
 * cost every start 20 ms. Error: `search_filter_invalid`.
 */
export async function loadPatternFilter(conditions: readonly TraceCondition[]): Promise<PatternFilter> {
  const { compilePattern } = await import('./regex/match.ts');
  const tests = conditions.map((condition) => ({ condition, matches: compilePattern(String(condition.value)) }));
  const needSpans = conditions.some(({ entity }) => entity === 'span');
  return async (sql, rows) => {
    const traces = await readFullTraces(sql, rows);
    const ids = rows.map((row) => row.trace_id);
    const spans = needSpans ? await findSpanRows(sql, ids) : new Map<string, SpanRow[]>();
    const runs = await listLinkedRuns(sql, ids);
    return rows.filter((row, index) => {
      const trace = traces[index];
      if (trace === undefined) return false;
      const candidate = { row, trace, spans: spans.get(row.trace_id) ?? [], linkedRun: runs.get(row.trace_id) };
      return tests.every(({ condition, matches }) => listValues(condition, candidate).some(matches));
    });
  };
}

function listValues({ entity, key }: TraceCondition, { row, trace, spans, linkedRun }: Candidate): string[] {
  switch (entity) {
    case 'attribute':
      return selectPresent([Reflect.get(row, key)]);
    case 'tag':
      return selectPresent([trace.tags[key]]);
    case 'metadata':
      return selectPresent([trace.metadata[key]]);
    case 'run':
      return selectPresent([trace.metadata[metadataKeys.sourceRun], linkedRun]);
    case 'span':
      return selectPresent(spans.map((span) => readSpanValue(span, key)));
    default:
      return selectPresent(
        trace.assessments
          .filter((assessment) => assessment.valid !== false && assessment.assessment_name === key)
          .filter((assessment) => assessment[entity === 'expectation' ? 'expectation' : 'feedback'] !== undefined)
          .map(readJudgement),
      );
  }
}

function readSpanValue(span: SpanRow, key: string): unknown {
  if (key.startsWith('attributes.')) return readSpanAttributes(span.content)[key.slice('attributes.'.length)];
  return Reflect.get(span, key);
}

function selectPresent(values: readonly unknown[]): string[] {
  return values
    .filter((value) => value !== undefined && value !== null)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}
