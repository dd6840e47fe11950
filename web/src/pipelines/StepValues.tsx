import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { Verdict } from '../../../src/tradeoff/gates/verdict/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { VerdictMark } from '../parts/VerdictMark.tsx';

const RUN_SHORT = 8;
const NAMES: Readonly<Record<string, string>> = { of: 'Out of', value: 'Value', step: 'Best step', run: 'Run' };

/** Values of a step: a verdict, a version, the best run; each links to its page. */
export function StepValues({ values }: { readonly values: PipelineStep['values'] }) {
  return (
    <Facts
      facts={Object.entries(values)
        .filter(([name]) => name !== 'model' || values.version === undefined)
        .map(([name, value]) => [NAMES[name] ?? capital(name), formatValue(name, value, values)] as const)}
    />
  );
}

function formatValue(name: string, value: string, { model }: PipelineStep['values']): ReactNode {
  const verdict = name === 'verdict' ? verdictFrom(value) : null;
  if (verdict !== null) return <VerdictMark verdict={verdict} />;
  if (name === 'version' && model !== undefined) {
    return (
      <Link to="/models/$model/versions/$version" params={{ model, version: value }} className={parts.textLink}>
        {model} version {value}
      </Link>
    );
  }
  if (name === 'run' && /^[0-9a-f]{32}$/.test(value)) {
    return (
      <Link to="/runs/$runId" params={{ runId: value }} className={parts.textLink}>
        {value.slice(0, RUN_SHORT)}
      </Link>
    );
  }
  if (name === 'decision') {
    return (
      <Link to="/decisions/$decision" params={{ decision: value }} className={parts.textLink}>
        {value}
      </Link>
    );
  }
  if (name === 'value' && Number.isFinite(Number(value)))
    return (
      <data value={value} data-tip={value}>
        {formatMeasure(value)}
      </data>
    );
  return value;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The verdict of a gate's step; null when the value is not a known verdict. */
function verdictFrom(value: string): Verdict | null {
  return Verdict.safeParse(value).data ?? null;
}
