import type { TeamOffer } from '../src/finops/allocation/team-offer/schema.ts';
import { formatCount, formatMoney } from './output/amounts.ts';

/** `1,204 of 1,300 rows ($12,345.67, 97 %) have the tag team, with 7 values.` */
export function teamOfferText({ tagKeys, values, billRows, allRows, amounts }: TeamOffer): string {
  const sums = amounts.map(({ currency, amount, share }) => {
    const part = share === null ? '' : `, ${Math.round(share * 100)} %`;
    return `${formatMoney({ amount, currency })}${part}`;
  });
  const tags = tagKeys.length === 1 ? 'tag' : 'tags';
  const teams = values === 1 ? '1 team' : `${formatCount(values)} teams`;
  return `${formatCount(billRows)} of ${formatCount(allRows)} rows (effective cost ${sums.join('; ')}) have the ${tags} ${tagKeys.join(', ')}: ${teams}.`;
}
