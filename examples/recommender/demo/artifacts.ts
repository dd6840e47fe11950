import { crc32, deflateSync } from 'node:zlib';
import type { Estimate } from '../training/estimate.ts';
import type { Registrable } from './registrable.ts';

/** Files of a candidate's run for people: a report, its figures as a table, its loss as a picture. */
export function candidateFiles(candidate: Registrable): Record<string, string | Uint8Array> {
  const losses = lossesOf(candidate);
  return {
    'report.txt': reportText(candidate),
    'evaluation.csv': evaluationCsv(candidate),
    ...(losses.length < 2 ? {} : { 'loss.png': lossPicture(losses) }),
  };
}

/** Loss of the first member at the end of each epoch. */
export function lossesOf({ trained }: Registrable): number[] {
  return trained.epochs.filter(({ member }) => member === 0).map(({ loss }) => loss);
}

function estimates({ quality }: Registrable): [string, Estimate][] {
  return [
    ['ndcg_at_10', quality.ndcgAt10],
    ['recall_at_10', quality.recallAt10],
    ['mrr_at_10', quality.mrrAt10],
  ];
}

function reportText(candidate: Registrable): string {
  const { trained, serving } = candidate;
  const figures = estimates(candidate).map(
    ([name, { mean, low, high, sampleSize }]) =>
      `${name.padEnd(14)}${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}) over ${sampleSize} users`,
  );
  return [
    `Recommender ${trained.variant.name}`,
    '',
    ...figures,
    '',
    `Trained in ${trained.trainSeconds.toFixed(2)} core-seconds with ${trained.model.blocks.length} member(s).`,
    `Serves ${Math.round(serving.predictionsPerSecond)} predictions a second on one core; a batch takes ${serving.p95Ms.toFixed(2)} ms at p95.`,
    '',
  ].join('\n');
}

function evaluationCsv(candidate: Registrable): string {
  const rows = estimates(candidate).map(([name, { mean, low, high, sampleSize }]) =>
    [name, mean, low, high, sampleSize].join(','),
  );
  return `${['metric,mean,low,high,users', ...rows].join('\n')}\n`;
}

const WIDTH = 360;
const HEIGHT = 180;
const INSET = 16;
const LINE = 3;

/** The losses as a line on white. */
function lossPicture(losses: readonly number[]): Buffer {
  const pixels = new Uint8Array(WIDTH * HEIGHT).fill(255);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const heightAt = (place: number) => {
    const left = Math.min(losses.length - 2, Math.floor(place));
    const [from = 0, to = 0] = [losses[left], losses[left + 1]];
    const value = from + (to - from) * (place - left);
    return INSET + (1 - (value - low) / (high - low || 1)) * (HEIGHT - 2 * INSET);
  };
  let before = heightAt(0);
  for (let x = INSET; x < WIDTH - INSET; x += 1) {
    const y = heightAt(((x - INSET) / (WIDTH - 2 * INSET)) * (losses.length - 1));
    const [top, bottom] = [Math.floor(Math.min(y, before)), Math.ceil(Math.max(y, before)) + LINE];
    for (let row = top; row < Math.min(bottom, HEIGHT); row += 1) pixels[row * WIDTH + x] = 30;
    before = y;
  }
  for (let x = INSET; x < WIDTH - INSET; x += 1) pixels[(HEIGHT - INSET + LINE) * WIDTH + x] = 190;
  return grayPng(pixels, WIDTH, HEIGHT);
}

/** A PNG of shades of gray, one byte a pixel (RFC 2083). */
function grayPng(pixels: Uint8Array, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row += 1) {
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
