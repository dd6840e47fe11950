import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AppError } from '../../../platform/errors/index.ts';
import { createTooManyValues } from '../../../platform/json/index.ts';
import { findSignal } from './signals.ts';
import type { Series } from './take.ts';

/** The input is not a `WriteRequest` of Prometheus' remote write 1.0. */
export class InvalidWriteRequest extends Error {}

export interface WriteRequest {
  /** Series of the metrics that are imported. */
  readonly series: readonly Series[];
  /** Number of samples of all other series. */
  readonly passedOver: number;
}

/** `prometheus.WriteRequest` in protocol buffers: timeseries (1) of labels (1: name, value) and samples (2: value, timestamp). Error: `json_too_many_values`. */
export function parseWriteRequest(body: Uint8Array): WriteRequest {
  const series: Series[] = [];
  let passedOver = 0;
  const budget: Budget = { fields: FIELD_LIMIT };
  try {
    read(budget, body, (field, reader) => {
      if (field !== 1) return false;
      const one = decodeTimeSeries(budget, reader.bytes());
      if (findSignal(one.labels.__name__) !== null) series.push(one);
      else passedOver += one.samples.length;
      return true;
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidWriteRequest(why, { cause: error });
  }
  return { series, passedOver };
}

/** Fields of one body: Prometheus sends 2,000 samples by default, each with its labels some 40. */
const FIELD_LIMIT = 800_000;

/** Fields that may still be read. */
interface Budget {
  fields: number;
}

function read(
  budget: Budget,
  bytes: Uint8Array,
  take: (field: number, reader: BinaryReader, type: WireType) => boolean,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    budget.fields -= 1;
    if (budget.fields < 0) throw createTooManyValues(FIELD_LIMIT);
    const [field, type] = reader.tag();
    if (!take(field, reader, type)) reader.skip(type, field);
  }
}

function decodeTimeSeries(budget: Budget, bytes: Uint8Array): Series {
  const labels: Record<string, string> = {};
  const samples: (readonly [number, number])[] = [];
  read(budget, bytes, (field, reader, type) => {
    if ((field !== 1 && field !== 2) || type !== WireType.LengthDelimited) return false;
    if (field === 1) {
      const [name, value] = decodeLabel(budget, reader.bytes());
      labels[name] = value;
    } else samples.push(sample(budget, reader.bytes()));
    return true;
  });
  return { labels, samples };
}

function decodeLabel(budget: Budget, bytes: Uint8Array): [name: string, value: string] {
  const found: [string, string] = ['', ''];
  read(budget, bytes, (field, reader) => {
    if (field !== 1 && field !== 2) return false;
    found[field - 1] = reader.string();
    return true;
  });
  return found;
}

function sample(budget: Budget, bytes: Uint8Array): [at: number, value: number] {
  const found: [number, number] = [0, 0];
  read(budget, bytes, (field, reader, type) => {
    if (field === 1 && type === WireType.Bit64) found[1] = reader.double();
    else if (field === 2 && type === WireType.Varint) found[0] = Number(reader.int64());
    else return false;
    return true;
  });
  return found;
}
