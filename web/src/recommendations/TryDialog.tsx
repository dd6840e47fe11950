import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { OptimizationSpec } from '../../../src/tradeoff/optimizations/schema.ts';
import type { RecommendationDetail } from '../../../src/tradeoff/recommendations/schema.ts';
import { percentText } from '../optimizations/words.ts';
import { Facts } from '../parts/Facts.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './recommendations.module.css';
import { useTry } from './use-recommendations.ts';
import { savingText } from './words.ts';

interface TryDialogProps {
  readonly one: RecommendationDetail;
  readonly onClose: () => void;
}

/** Confirmation of a trial: saving and traffic first. Nothing changes before it. */
export function TryDialog({ one, onClose }: TryDialogProps) {
  const id = useId();
  const [reason, setReason] = useState('');
  const navigate = useNavigate();
  const { optimization, spec } = one.optimization;
  const attempt = useTry(one, () => void navigate({ to: '/optimizations/$optimization', params: { optimization } }));
  if (spec === null) return null;
  const { ramp, holdOut, guardrails } = OptimizationSpec.parse(spec);
  const steps = ramp.percents.map(percentText).join(', ');
  return (
    <FormDialog
      title={`Try under a guardrail: ${one.title}?`}
      act="Try"
      acting="Proposing…"
      width="middle"
      pending={attempt.isPending}
      error={attempt.error}
      onSubmit={() => attempt.mutate(reason.trim())}
      onClose={onClose}
    >
      <Facts
        facts={[
          ['Saving', savingText(one.saving)],
          ['Traffic', `${steps} by step; after proof all but ${percentText(100 * holdOut)}`],
          ['Guardrails', guardrailsText(guardrails)],
          ['Undo', 'At any time in one step; without proof it is rolled back at the deadline.'],
        ]}
      />
      <label className={styles.field} htmlFor={`${id}-reason`}>
        Reason (for the record)
        <input
          id={`${id}-reason`}
          className={parts.line}
          maxLength={500}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}

function guardrailsText(guardrails: OptimizationSpec['guardrails']): string {
  const texts = guardrails.map((rule) => {
    if ('budget' in rule) return `budget ${rule.budget} is not exhausted`;
    return rule.metric === 'errorRate'
      ? `at most ${percentText(100 * rule.margin)} more errors`
      : `p95 latency at most ${rule.ratio} times the baseline`;
  });
  return texts.join('; ');
}
