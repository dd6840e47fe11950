import type { FanData } from '../charts/fan-option.ts';
import fan from '../forecasts/forecasts.module.css';

/** Legend of the lines and areas that the chart of a budget has. */
export function BudgetLegend({ data: { points, previous } }: { readonly data: FanData }) {
  const isForecast = points.some(({ expected }) => expected !== null);
  return (
    <ul className={fan.legend} aria-label="Legend">
      <li>
        <span className={fan.line} aria-hidden="true" /> spent
      </li>
      {isForecast && (
        <>
          <li>
            <span className={`${fan.line} ${fan.dashed}`} aria-hidden="true" /> forecast
          </li>
          <li>
            <span className={`${fan.area} ${fan.inner}`} aria-hidden="true" /> 80 % interval
          </li>
          <li>
            <span className={fan.area} aria-hidden="true" /> 95 % interval
          </li>
        </>
      )}
      {previous != null && (
        <li>
          <span className={`${fan.line} ${fan.previous}`} aria-hidden="true" /> previous period
        </li>
      )}
    </ul>
  );
}
