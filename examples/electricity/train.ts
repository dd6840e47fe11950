import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { championOf } from './champion.ts';
import { chanceOfUp, fitLogistic, type LogisticModel } from './logistic.ts';
import { between, type HalfHour, readMarket } from './market.ts';

/**
 * A step of a pipeline: trains on a window of the market, and evaluates the model on the newest fifth of it, which is
 * excluded from training: its accuracy, and its lead over the champion on the same half hours.
 */
const { values } = parseArgs({
  options: { market: { type: 'string' }, from: { type: 'string' }, until: { type: 'string' } },
});
const { market = '', from = '', until = '' } = values;
const HELD_OUT = 0.2;

const rows = between(readMarket(market), Date.parse(from), Date.parse(until));
const cut = Math.floor(rows.length * (1 - HELD_OUT));
const [train, heldOut] = [rows.slice(0, cut), rows.slice(cut)];
if (heldOut.length < 100) throw new Error(`${from} to ${until} has ${rows.length} half hours; 500 are needed`);
const model = fitLogistic(train);
const { MLFLOW_TRACKING_URI: server = '' } = processEnvironment();
const champion = await championOf(server, 'price-direction');
const right = heldOut.map((row) => isRight(model, row));
const before = champion === null ? null : heldOut.map((row) => isRight(champion.model, row));
const ahead = before === null ? right : right.map((hit, index) => hit - (before[index] ?? 0));

mkdirSync('model', { recursive: true });
writeFileSync('model/model.json', JSON.stringify(model));
writeFileSync('model/MLmodel', 'flavors: {}\n');
const metrics = { ...measured('accuracy', right), ...measured('accuracy_gain', ahead) };
writeFileSync('metrics.json', JSON.stringify(metrics, null, 2));
console.log(
  `${train.length} half hours; accuracy ${metrics.accuracy} on ${heldOut.length}, ahead by ${metrics.accuracy_gain}`,
);

/** 1 or 0. */
function isRight(one: LogisticModel, row: HalfHour): number {
  return Number(chanceOfUp(one, row) >= 0.5 === row.up);
}

/** A mean with its normal 95 % interval. */
function measured(name: string, each: readonly number[]): Record<string, number> {
  const mean = each.reduce((sum, value) => sum + value, 0) / each.length;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (each.length - 1);
  const half = 1.96 * Math.sqrt(variance / each.length);
  return {
    [name]: mean,
    [`${name}.ci_lower`]: mean - half,
    [`${name}.ci_upper`]: mean + half,
    [`${name}.n`]: each.length,
  };
}
