import { Link } from '@tanstack/react-router';
import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { describeNotices, tellsText, thresholdsText } from './words.ts';

/** Thresholds, recipients and sent alerts of a budget. */
export function AlertsCard({ budget: { alerts, versions, notices } }: { readonly budget: BudgetDetail }) {
  const spec = versions[0]?.spec;
  return (
    <Card
      title="Alerts"
      note="Each alert is sent once in a period."
      actions={
        <Link to="/notification-routes" className={parts.button}>
          Alert channels
        </Link>
      }
    >
      <Facts
        facts={[
          ['Alert at', spec === undefined ? 'none' : thresholdsText(spec)],
          ['Recipients of this budget', tellsText(spec?.notify ?? [])],
          ['Alert channels', alerts.routes.length === 0 ? 'none set up' : alerts.routes.join(', ')],
          ['Alerts sent', describeNotices(notices)],
          ['Last alert', alerts.last === null ? 'none in this period' : formatInstant(alerts.last)],
        ]}
      />
    </Card>
  );
}
