import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { signalOf } from '../series/signals.ts';
import type { Series } from '../series/take.ts';

/** What is no `WriteRequest` of Prometheus' remote write 1.0. */
export class InvalidWriteRequest extends Error {}

export interface WriteRequest {
  /** Those whose metric is read here. */
  readonly series: readonly Series[];
  /** Samples of all others. */
  readonly passedOver: number;
}

/** `prometheus.WriteRequest` in protocol buffers: timeseries (1) of labels (1: name, value) and samples (2: value, timestamp). */
export function parseWriteRequest(body: Uint8Array): WriteRequest {
  const series: Series[] = [];
  let passedOver = 0;
  try {
    read(body, (field, reader) => {
      if (field !== 1) return false;
      const one = timeSeries(reader.bytes());
      if (signalOf(one.labels.__name__) !== null) series.push(one);
      else passedOver += one.samples.length;
      return true;
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidWriteRequest(why, { cause: error });
  }
  return { series, passedOver };
}

function read(bytes: Uint8Array, take: (field: number, reader: BinaryReader, type: WireType) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (!take(field, reader, type)) reader.skip(type, field);
  }
}

function timeSeries(bytes: Uint8Array): Series {
  const labels: Record<string, string> = {};
  const samples: (readonly [number, number])[] = [];
  read(bytes, (field, reader, type) => {
    if ((field !== 1 && field !== 2) || type !== WireType.LengthDelimited) return false;
    if (field === 1) {
      const [name, value] = label(reader.bytes());
      labels[name] = value;
    } else samples.push(sample(reader.bytes()));
    return true;
  });
  return { labels, samples };
}

function label(bytes: Uint8Array): [name: string, value: string] {
  const found: [string, string] = ['', ''];
  read(bytes, (field, reader) => {
    if (field !== 1 && field !== 2) return false;
    found[field - 1] = reader.string();
    return true;
  });
  return found;
}

function sample(bytes: Uint8Array): [at: number, value: number] {
  const found: [number, number] = [0, 0];
  read(bytes, (field, reader, type) => {
    if (field === 1 && type === WireType.Bit64) found[1] = reader.double();
    else if (field === 2 && type === WireType.Varint) found[0] = Number(reader.int64());
    else return false;
    return true;
  });
  return found;
}
