import { decimal, formatMoneyText, groupThousands } from '../../platform/units/index.ts';
import type { EpisodeKind } from '../anomaly-detection/index.ts';
import type { AnomalyDriver, AnomalyEvidence } from './schema.ts';
import { isOfGpus, isSku, type Measure, type Slice } from './slice.ts';

export interface SentenceFacts {
  readonly slice: Slice;
  readonly except: Slice;
  readonly measure: Measure;
  readonly kind: EpisodeKind;
  readonly currency: string | null;
  readonly unit: string | null;
  readonly days: number;
  readonly actual: string;
  readonly expected: string;
  readonly drivers: readonly AnomalyDriver[];
  readonly effects: AnomalyEvidence['effects'] | null;
}

/** A smaller relative change of a price or a quantity is described as unchanged. */
const UNCHANGED = 0.02;
/** Minimum share of a change that a single reason must explain to be named in the sentence. */
const MOST_OF_IT = 0.6;
const DIGITS = 3;
const MOST_DECIMALS = 12;

/** Summary of an anomaly in plain words. Example: "p4d.24xlarge of team search rose 3.1x, from 40 to 124 Hours a day; price unchanged." */
export function buildSentence(told: SentenceFacts): string {
  const { measure, kind, unit } = told;
  if (measure === 'cost_per_1000_predictions')
    return `1,000 predictions of${nameSlice(told.slice).slice(' of'.length)} ${describeMove(told, told.currency)}${describeServedParts(told)}.`;
  if (measure === 'unit_cost')
    return `${describeSubject(told)} ${describeMove(told, told.currency)} for each ${unit ?? 'unit'}.`;
  if (measure === 'quantity') return `${describeSubject(told)} ${describeDailyMove(told)} ${unit ?? 'units'} a day.`;
  if (kind === 'zero') {
    return `Nothing was charged for ${describeSubject(told)}, where ${formatMoney(computePerDay(told.expected, told), told.currency)} a day was expected.`;
  }
  return (
    describeDriver(told) ??
    `${describeSubject(told)} ${describeDailyMove(told, told.currency)} a day${describeParts(told)}.`
  );
}

/** If one SKU causes most of the change, the sentence names its change of quantity or price. */
function describeDriver(told: SentenceFacts): string | null {
  const [driver] = told.drivers;
  const change = Number(told.actual) - Number(told.expected);
  if (driver === undefined || Number(driver.change) / change < MOST_OF_IT) return null;
  const name = `${nameSku(driver)}${nameSlice(told.slice)}`;
  const cost = (amount: string) => formatMoney(computePerDay(amount, told), told.currency);
  if (driver.effects.new !== '0') return `${name} is new: ${cost(driver.actual)} a day.`;
  if (driver.effects.gone !== '0') return `${name} is gone: it was to cost ${cost(driver.expected)} a day.`;
  const { actualQuantity, expectedQuantity, unit } = driver;
  if (actualQuantity === null || expectedQuantity === null || Number(expectedQuantity) <= 0) return null;
  const [before, after] = [computePerDay(expectedQuantity, told), computePerDay(actualQuantity, told)];
  const price = Number(driver.actual) / after / (Number(driver.expected) / before);
  const volume = `from ${formatFigure(before)} to ${formatFigure(after)} ${unit ?? 'units'} a day`;
  if (Math.abs(Number(driver.effects.price)) > MOST_OF_IT * Math.abs(Number(driver.change))) {
    const prices = [driver.expected, driver.actual].map((amount, index) =>
      formatMoney(computePerDay(amount, told) / (index === 0 ? before : after), told.currency),
    );
    return `The price of ${name} ${describeRatio(price)}, from ${prices[0]} to ${prices[1]} for each of its ${unit ?? 'units'}; ${describeUsage(after / before)}.`;
  }
  return `${name} ${describeRatio(after / before)}, ${volume}; ${describePrice(price)}.`;
}

function describeUsage(ratio: number): string {
  return Math.abs(ratio - 1) < UNCHANGED ? 'quantity unchanged' : `quantity ${formatSignedPercent(ratio)}`;
}

function describePrice(ratio: number): string {
  return Math.abs(ratio - 1) < UNCHANGED ? 'price unchanged' : `price ${formatSignedPercent(ratio)}`;
}

function formatSignedPercent(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  return `${percent > 0 ? 'up' : 'down'} ${Math.abs(percent)} %`;
}

/** "rose 3.1x", "rose by 12 %", "fell by 40 %". */
function describeRatio(ratio: number): string {
  if (ratio >= 2) return `rose ${formatFigure(ratio)}x`;
  return `${ratio >= 1 ? 'rose' : 'fell'} by ${Math.abs(Math.round((ratio - 1) * 100))} %`;
}

function describeParts({ effects }: SentenceFacts): string {
  if (effects === null) return '';
  const named = Object.entries(effects)
    .filter(([, amount]) => amount !== '0')
    .toSorted(([, a], [, b]) => Math.abs(Number(b)) - Math.abs(Number(a)));
  const [largest] = named;
  return largest === undefined ? '' : `, mostly by ${PARTS[largest[0]] ?? largest[0]}`;
}

const PARTS: Readonly<Record<string, string>> = {
  new: 'new SKUs',
  gone: 'SKUs that are gone',
  unmeasured: 'usage without a quantity',
  purchase: 'purchases',
  adjustment: 'adjustments',
};

/** The largest effect on the cost of predictions: the prices, or the quantity used per prediction. */
function describeServedParts({ effects }: SentenceFacts): string {
  if (effects === null) return '';
  const [largest] = Object.entries(effects).toSorted(([, a], [, b]) => Math.abs(Number(b)) - Math.abs(Number(a)));
  if (largest === undefined || largest[1] === '0') return '';
  const words: Readonly<Record<string, string>> = {
    ...PARTS,
    price: 'prices',
    volume: 'more or less of the same for each',
    mix: 'a mix of cheaper or more expensive SKUs',
  };
  return `, mostly by ${words[largest[0]] ?? largest[0]}`;
}

function describeDailyMove(told: SentenceFacts, currency: string | null = null): string {
  const [before, after] = [computePerDay(told.expected, told), computePerDay(told.actual, told)];
  return before > 0
    ? `${describeRatio(after / before)}, ${formatRange(before, after, currency)}`
    : `went ${formatRange(before, after, currency)}`;
}

function describeMove({ expected, actual }: SentenceFacts, currency: string | null = null): string {
  const [before, after] = [Number(expected), Number(actual)];
  return before > 0
    ? `${describeRatio(after / before)}, ${formatRange(before, after, currency)}`
    : `went ${formatRange(before, after, currency)}`;
}

function formatRange(before: number, after: number, currency: string | null): string {
  return currency === null
    ? `from ${formatFigure(before)} to ${formatFigure(after)}`
    : `from ${formatMoney(before, currency)} to ${formatMoney(after, currency)}`;
}

function computePerDay(amount: string, { days }: SentenceFacts): number {
  return Number(decimal(amount).dividedBy(days).toFixed(12));
}

export function formatMoney(amount: number, currency: string | null): string {
  if (currency === null) return Math.abs(amount) < 1 ? formatFigure(amount) : groupThousands(amount.toFixed(2));
  return formatMoneyText({ amount: decimal(amount).toFixed(Math.abs(amount) < 1 ? MOST_DECIMALS : 2), currency });
}

export function formatFigure(value: number): string {
  return String(Number(value.toPrecision(Math.max(DIGITS, Math.ceil(Math.log10(Math.abs(value) + 1))))));
}

/** A SKU by its description or meter, if the bill has one. */
function findSkuName(sku: string, drivers: readonly AnomalyDriver[]): string {
  const driver = drivers.find((one) => one.sku === sku);
  return driver === undefined ? sku : nameSku(driver);
}

/** Input of a title. */
export type Titled = Pick<SentenceFacts, 'slice' | 'measure' | 'drivers' | 'currency' | 'days'> & {
  /** Cost beyond the expected cost; null if no price is known. */
  readonly impact: string | null;
};

/**
 * Resource, owner and amount per day. The service is named only without a more exact resource, the account only without a
 * known team. Example: `On Demand Linux m5.large Instance Hour · search: +$512.40 a day`.
 */
export function buildTitle({ slice, measure, drivers, impact, currency, days }: Titled): string {
  const sku = slice.find(({ dimension }) => isSku(dimension));
  const isKnown = (of: string) => slice.some(({ dimension }) => dimension === of);
  const service = slice.find(({ dimension }) => dimension === 'serviceName')?.value ?? null;
  const what = sku === undefined ? service : buildSkuTitle(sku.value, service, drivers);
  const who = slice
    .filter(({ dimension }) => !isSku(dimension) && dimension !== 'serviceName')
    .filter(({ dimension }) => dimension !== 'subAccountId' || !isKnown('team'))
    .map(({ value }) => shortenName(value));
  const words = [...(isOfGpus(measure) ? ['GPUs'] : []), ...(what === null ? [] : [what]), ...who];
  const name = words.length === 0 ? 'Everything' : words.join(' · ');
  return impact === null || currency === null ? name : `${name}: ${formatMoneyPerDay(impact, days, currency)}`;
}

/** Example: `+$512.40 a day`. */
function formatMoneyPerDay(impact: string, days: number, currency: string): string {
  const amount = Number(impact) / days;
  return `${amount < 0 ? '-' : '+'}${formatMoney(Math.abs(amount), currency)} a day`;
}

/** The last part of an ARN or of a path of Azure or Google Cloud. Example: `i-0abc` of `arn:aws:ec2:eu-west-1:1:instance/i-0abc`. */
export function shortenName(name: string): string {
  const isPath =
    name.startsWith('arn:') || name.startsWith('/') || name.startsWith('//') || name.startsWith('projects/');
  return isPath ? (name.split(/[/:]/).findLast((part) => part !== '') ?? name) : name;
}

/** A SKU in words; of a SKU that is a code alone, its service. */
function buildSkuTitle(sku: string, service: string | null, drivers: readonly AnomalyDriver[]): string {
  const driver = drivers.find((one) => one.sku === sku);
  const name = shortenName(driver === undefined ? sku : nameSku(driver));
  return SKU_CODE.test(name) ? (service ?? driver?.serviceName ?? name) : name;
}

/** Only capitals and digits, such as `ZFDWZJ1JZEKT71MK` and `DZH318Z0BNXN/00CS`. */
const SKU_CODE = /^(?=.*\d)[A-Z0-9]{5,}(\/[A-Z0-9]+)?$/;

/** Common name of a SKU, from its description on the bill: SKU ids are seldom readable. */
function nameSku({ sku, description }: AnomalyDriver): string {
  const name = (description ?? sku ?? 'Charges without a SKU').replace(PRICE, '');
  return name.length > MOST_NAME_CHARACTERS ? `${name.slice(0, MOST_NAME_CHARACTERS)}…` : name;
}

const MOST_NAME_CHARACTERS = 70;
/** Some bills begin a description with the price: `$21.96 per On Demand …`. */
const PRICE = /^\$[\d.,]+ per /;

const WORDS: Readonly<Record<string, string>> = {
  team: 'team',
  model: 'model',
  endpoint: 'endpoint',
  subAccountId: 'account',
  regionId: 'region',
  resourceId: 'resource',
  gpu: 'GPU',
};

/** Owner and location of a slice, such as " of team search, region us-east-1"; the account only without a known team. */
export function nameSlice(slice: Slice): string {
  const hasOwner = slice.some(({ dimension }) => dimension === 'team');
  const unsaid = ['serviceName', ...(hasOwner ? ['subAccountId'] : [])];
  const named = slice.filter(({ dimension }) => !isSku(dimension) && !unsaid.includes(dimension));
  if (named.length === 0) return '';
  return ` of ${named.map(({ dimension, value }) => `${WORDS[dimension] ?? dimension} ${shortenName(value)}`).join(', ')}`;
}

/** Subject of the sentence: "Amazon EC2 of team search", "Everything". */
function describeSubject({ slice, except, drivers }: SentenceFacts): string {
  const sku = slice.find(({ dimension }) => isSku(dimension));
  const service = slice.find(({ dimension }) => dimension === 'serviceName');
  const named = nameSlice(slice);
  const what = sku === undefined ? service?.value : findSkuName(sku.value, drivers);
  const other = except.length === 0 ? '' : ` other than ${except.map(({ value }) => shortenName(value)).join(', ')}`;
  if (what !== undefined) return `${what}${named}${other}`;
  return named === '' ? `The whole cost${other}` : `The cost${named}${other}`;
}
