import { type FormEvent, useId } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount } from '../format/number.ts';
import { formatPolicyScope } from '../format/policy.ts';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './tradeoffs.module.css';
import { NO_POLICY, type TradeOffsSearch } from './tradeoffs-search.ts';

interface TradeOffsControlsProps {
  readonly policies: readonly Policy[];
  readonly policy: string | undefined;
  readonly frontier: ModelFrontier | undefined;
  readonly search: TradeOffsSearch;
  readonly onSearch: (next: TradeOffsSearch) => void;
}

/** Policy, metric and demand of the page, in the address. */
export function TradeOffsControls({ policies, policy, frontier, search, onSearch }: TradeOffsControlsProps) {
  const chosen = policies.find(({ name }) => name === policy);
  const metrics = [...new Set(chosen?.spec.quality.map(({ metric }) => metric) ?? [])];
  const metric = search.metric ?? frontier?.qualityAxis?.metric;
  return (
    <div className={styles.controls}>
      <Select
        label="Policy"
        value={policy ?? NO_POLICY}
        options={[
          ...policies.map(({ name, spec }) => ({ value: name, label: `${name}${formatPolicyScope(spec)}` })),
          { value: NO_POLICY, label: 'No policy' },
        ]}
        onChange={(value) => onSearch({ policy: value, metric: undefined })}
      />
      {metrics.length > 1 && metric !== undefined && (
        <Select
          label="Quality by"
          value={metric}
          options={[...new Set([...metrics, metric])].map((value) => ({ value, label: formatMetricName(value) }))}
          onChange={(value) => onSearch({ metric: value })}
        />
      )}
      <DemandField
        key={search.demand ?? 'default'}
        stated={search.demand}
        used={frontier?.costAxis.demand?.predictionsPerMonth}
        onDemand={(demand) => onSearch({ demand })}
      />
    </div>
  );
}

interface DemandFieldProps {
  readonly stated: number | undefined;
  /** Demand of the present answer, when none is stated. */
  readonly used: number | undefined;
  readonly onDemand: (demand: number | undefined) => void;
}

/** Predictions a month; taken by Enter or when the field is left. An empty field takes the default. */
function DemandField({ stated, used, onDemand }: DemandFieldProps) {
  const id = useId();
  const take = (text: string) => {
    const digits = text.replaceAll(/[\s,_]/g, '');
    const next = /^\d{1,15}$/.test(digits) && Number(digits) > 0 ? Number(digits) : undefined;
    if (next !== stated) onDemand(next);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    take(String(new FormData(event.currentTarget).get('demand') ?? ''));
  };
  return (
    <form className={styles.field} onSubmit={submit}>
      <label htmlFor={id}>Predictions a month</label>
      <input
        id={id}
        name="demand"
        inputMode="numeric"
        autoComplete="off"
        className={`${parts.line} ${styles.short}`}
        defaultValue={stated === undefined ? '' : formatCount(stated)}
        placeholder={used === undefined ? '' : formatCount(Math.round(used))}
        onBlur={(event) => take(event.target.value)}
      />
    </form>
  );
}
