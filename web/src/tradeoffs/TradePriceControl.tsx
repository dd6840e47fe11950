import { useId } from 'react';
import type { QualityAxis } from '../../../src/tradeoff/frontier/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import {
  buildPriceScale,
  findWinner,
  pickPriceWithin,
  placeChanges,
  SLIDER_STEPS,
  toPosition,
  toPrice,
  type WinningRange,
} from './trade-price.ts';
import styles from './tradeoffs.module.css';

interface TradePriceControlProps {
  readonly ranges: readonly WinningRange[];
  readonly price: string;
  readonly axis: QualityAxis;
  readonly currency: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Called with every change; `isSettled`: the choice is made, and belongs in the address. */
  readonly onPrice: (price: string, isSettled: boolean) => void;
}

/** Price of a point of quality a month, by slider, number or range; with the point that wins at it. */
export function TradePriceControl({ ranges, price, axis, currency, labels, onPrice }: TradePriceControlProps) {
  const id = useId();
  const scale = buildPriceScale(ranges);
  const winner = findWinner(ranges, price);
  const money = (amount: string) => formatMoney({ amount, currency });
  const name = winner === null ? 'no point' : (labels.get(winner.point) ?? winner.point);
  const point = `${formatMeasure(axis.point)} ${formatMetricName(axis.metric)}`;
  if (scale === null) {
    return (
      <p className={`${styles.tradePrice} ${layout.quiet}`}>
        {winner === null ? 'No point has a range of prices.' : `${name} is the best choice at every price of a point.`}
      </p>
    );
  }
  return (
    <section className={styles.tradePrice} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        Trade price <span className={layout.quiet}>a month for each point of quality ({point})</span>
      </h3>
      <div className={styles.priceLine}>
        <span className={styles.slider}>
          <input
            type="range"
            min={0}
            max={SLIDER_STEPS}
            value={toPosition(scale, price)}
            aria-label="Trade price"
            aria-valuetext={`${money(price)} a point: ${name} is the best choice`}
            onChange={(event) => onPrice(toPrice(scale, Number(event.target.value)), false)}
            onPointerUp={() => onPrice(price, true)}
            onKeyUp={() => onPrice(price, true)}
          />
          {placeChanges(scale, ranges).map((share) => (
            <span key={share} className={styles.change} style={{ left: `calc(8px + (100% - 16px) * ${share})` }} />
          ))}
        </span>
        <PriceField key={price} price={price} currency={currency} onPrice={(next) => onPrice(next, true)} />
        <output>
          {winner === null ? 'No point has a range there.' : <WinnerText name={name} range={winner} money={money} />}
        </output>
      </div>
      <RangeButtons {...{ ranges, winner, labels, money, onPrice }} />
    </section>
  );
}

interface PriceFieldProps {
  readonly price: string;
  readonly currency: string;
  readonly onPrice: (price: string) => void;
}

/** The price as a number; taken by Enter or when the field is left. */
function PriceField({ price, currency, onPrice }: PriceFieldProps) {
  const take = (text: string) => {
    if (/^\d{1,15}(\.\d{1,20})?$/.test(text) && text !== price) onPrice(text);
  };
  return (
    <label className={styles.field}>
      {currency} a point
      <input
        type="number"
        min={0}
        step="any"
        className={`${parts.line} ${styles.price}`}
        defaultValue={price}
        onBlur={(event) => take(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take(event.currentTarget.value);
        }}
      />
    </label>
  );
}

interface WinnerTextProps {
  readonly name: string;
  readonly range: WinningRange;
  readonly money: (amount: string) => string;
}

function WinnerText({ name, range: { from, to }, money }: WinnerTextProps) {
  return (
    <>
      <strong>{name}</strong> is the best choice{' '}
      {to === null ? `from ${money(from)}` : `from ${money(from)} to ${money(to)}`} a point
    </>
  );
}

interface RangeButtonsProps extends Pick<TradePriceControlProps, 'ranges' | 'labels' | 'onPrice'> {
  readonly winner: WinningRange | null;
  readonly money: (amount: string) => string;
}

/** One button for each range, which sets a price within it. */
function RangeButtons({ ranges, winner, labels, money, onPrice }: RangeButtonsProps) {
  return (
    <div className={styles.ranges}>
      {ranges.map((range) => (
        <button
          key={range.point}
          type="button"
          className={`${parts.button} ${styles.range}`}
          aria-pressed={range.point === winner?.point}
          onClick={() => onPrice(pickPriceWithin(range), true)}
        >
          {labels.get(range.point) ?? range.point}
          <span className={styles.rangePrice}>
            {range.to === null ? `from ${money(range.from)}` : `${money(range.from)} to ${money(range.to)}`}
          </span>
        </button>
      ))}
    </div>
  );
}
