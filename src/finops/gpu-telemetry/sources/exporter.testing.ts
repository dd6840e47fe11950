import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Series } from './take.ts';

/** For tests: the answer of an exporter, as the series of one scrape at an instant; `labels` are the target labels of Prometheus. */
export function parseScrape(text: string, at: number, labels: Readonly<Record<string, string>> = {}): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name, inside = '', value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const own = [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', of = '']) => [key, of] as const);
    const given = Object.fromEntries(own.filter(([, of]) => of !== ''));
    // As Prometheus without honor_labels: on a collision the target's label stays, and the exporter's label is renamed.
    const renamed = Object.entries(given).map(([key, of]) => [key in labels ? `exported_${key}` : key, of] as const);
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    return [{ labels: { ...Object.fromEntries(renamed), ...labels, __name__: name }, samples: [[at, number]] }];
  });
}

/** For tests: series as a Prometheus sends them by remote write. */
export function writeBody(all: readonly Series[]): Buffer {
  const request = new BinaryWriter();
  for (const { labels, samples } of all) {
    request.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of Object.entries(labels)) {
      request.tag(1, WireType.LengthDelimited).fork();
      request.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).string(value).join();
    }
    for (const [at, value] of samples) {
      request.tag(2, WireType.LengthDelimited).fork();
      request.tag(1, WireType.Bit64).double(value).tag(2, WireType.Varint).int64(at).join();
    }
    request.join();
  }
  return encodeSnappyLiterals(request.finish());
}

/** A snappy block that copies nothing. */
export function encodeSnappyLiterals(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [encodeVarint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 60) {
    const part = bytes.subarray(at, at + 60);
    parts.push(Buffer.from([(part.length - 1) << 2]), Buffer.from(part));
  }
  return Buffer.concat(parts);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
