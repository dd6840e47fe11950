import type { ReactNode } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMoney } from '../format/money.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { EstimatedFigure, hasInterval } from './EstimatedFigure.tsx';
import { findPoint } from './find-point.ts';
import { MeasureWithInterval } from './MeasureWithInterval.tsx';
import { PointLink } from './PointLink.tsx';
import styles from './tradeoffs.module.css';

interface ChoicesCardProps {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
}

/** The choices by question: cheapest that is not worse, best within the budget, and what more examples may prove. */
export function ChoicesCard({ frontier, labels }: ChoicesCardProps) {
  const { cheapestNonInferior: cheapest, bestWithinBudget: best } = frontier;
  const { baseline, margin, alpha, saving, unproven } = cheapest;
  const title = baseline === null ? 'Cheapest, not worse than the champion' : `Cheapest, not worse than v${baseline}`;
  const { budget } = best;
  const chosen = findPoint(frontier.points, cheapest.point);
  const isOther = chosen !== null && chosen.version !== baseline;
  return (
    <Card title="Choices">
      <dl className={styles.choices}>
        <Choice title={title} frontier={frontier} labels={labels} point={cheapest.point} reason={cheapest.reason}>
          {saving !== null && Number(saving.amount) > 0 && (
            <span className={layout.sub}>
              saves <EstimatedFigure money={saving} /> a month
            </span>
          )}
          {isOther && margin !== null ? (
            <span className={layout.sub}>
              a loss of {formatMeasure(margin)} or more is excluded, one-sided error {formatPercent(100 * alpha)}
            </span>
          ) : (
            <span className={layout.sub}>{cheapest.reason}</span>
          )}
        </Choice>
        <Choice
          title={budget === null ? 'Best within a budget' : `Best within ${formatMoney(budget)} a month`}
          frontier={frontier}
          labels={labels}
          point={best.point}
          reason={best.reason}
        >
          <span className={layout.sub}>{best.reason}</span>
          {best.tied.length > 0 && (
            <span className={layout.sub}>
              cheaper and cannot be told apart: {best.tied.map((id) => labels.get(id) ?? id).join(', ')}
            </span>
          )}
        </Choice>
        {unproven.length > 0 && <Unproven frontier={frontier} labels={labels} />}
      </dl>
    </Card>
  );
}

interface ChoiceProps extends ChoicesCardProps {
  readonly title: string;
  readonly point: string | null;
  readonly reason: string;
  readonly children: ReactNode;
}

function Choice({ title, frontier, labels, point: id, reason, children }: ChoiceProps) {
  const point = findPoint(frontier.points, id);
  return (
    <div className={styles.choice}>
      <dt className={styles.choiceTitle}>{title}</dt>
      <dd>
        <p className={styles.choiceFigure}>
          {point === null ? (
            <Unknown reason={reason} />
          ) : (
            <>
              <PointLink model={frontier.model} point={point} labels={labels} />,{' '}
              <MoneyFigure money={point.costPerMonth} /> a month
            </>
          )}
        </p>
        {point !== null && frontier.qualityAxis !== null && (
          <span className={layout.sub}>
            {formatMetricName(frontier.qualityAxis.metric)} <MeasureWithInterval value={point.quality} />
            {hasInterval(point.costPerMonth) && (
              <>
                , cost <EstimatedFigure money={point.costPerMonth} />
              </>
            )}
          </span>
        )}
        {children}
      </dd>
    </div>
  );
}

/** Cheaper points whose non-inferiority is neither shown nor excluded. */
function Unproven({ frontier, labels }: ChoicesCardProps) {
  return (
    <div className={styles.choice}>
      <dt className={styles.choiceTitle}>Cheaper, not proven yet</dt>
      {frontier.cheapestNonInferior.unproven.map(({ point, saving, samplesNeeded }) => (
        <dd key={point}>
          {labels.get(point) ?? point}
          {saving !== null && (
            <>
              {' '}
              would save <EstimatedFigure money={saving} /> a month
            </>
          )}
          <span className={layout.sub}>
            {samplesNeeded === null
              ? 'no number of examples is known to prove it at this estimate'
              : `${formatCount(samplesNeeded)} more examples would prove it at this estimate`}
          </span>
        </dd>
      ))}
    </div>
  );
}
