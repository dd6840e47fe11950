import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TraceFormat } from './trace-columns.ts';
import { readTrace } from './trace-csv.ts';

const tokens: TraceFormat = { timeColumn: null, service: { by: 'tokens' } };
const seconds: TraceFormat = { timeColumn: null, service: { by: 'column', column: 'service' } };
const read = (text: string | Buffer, format = seconds) => readTrace(Readable.from([Buffer.from(text)]), format);
const readProblem = (text: string | Buffer, format = seconds) =>
  read(text, format).then(
    () => null,
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

describe('a trace of requests', () => {
  it('is read with its times from the first one on, to the last digit that is given', async () => {
    const text =
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n';
    const { atSeconds, serviceSeconds } = await read(text, tokens);
    expect([...atSeconds]).toEqual([0, expect.closeTo(0.052, 9)]);
    expect([...serviceSeconds]).toEqual([expect.closeTo(0.951, 9), expect.closeTo(0.6875, 9)]);
  });

  it.each([
    ['seconds', 'seconds,service\n0.5,1\n2,0\n'],
    ['ISO 8601 with an offset', 'time,service\n2026-11-01T01:00:00.5+01:00,1\n2026-11-01T00:00:02Z,0\n'],
    ['a byte order mark, quotes and Windows line ends', '\ufeff"time","service"\r\n"0.5","1"\r\n2,0\r\n\r\n'],
  ])('may be written with %s', async (_, text) => {
    const { atSeconds, serviceSeconds } = await read(text);
    expect([...atSeconds, ...serviceSeconds]).toEqual([0, 1.5, 1, 0]);
  });

  it('may be packed, have one row, and have several at one time', async () => {
    expect((await read(gzipSync('time,service\n7,1\n'))).atSeconds).toEqual(Float64Array.of(0));
    expect((await read('time,service\n7,1\n7,1\n7,1\n')).atSeconds).toEqual(Float64Array.of(0, 0, 0));
  });

  it('may come in pieces of any size', async () => {
    const text = Buffer.from('time,service\n1,2\n3.25,4\n');
    const pieces = Array.from(text, (byte) => Buffer.of(byte));
    expect((await readTrace(Readable.from(pieces), seconds)).atSeconds).toEqual(Float64Array.of(0, 2.25));
  });

  it('of two hundred thousand rows is two numbers a row', async () => {
    async function* rows() {
      yield Buffer.from('seconds,service\n');
      for (let block = 0; block < 200; block += 1) {
        yield Buffer.from(Array.from({ length: 1000 }, (_, row) => `${block * 1000 + row},0.5\n`).join(''));
      }
    }
    const { atSeconds, serviceSeconds } = await readTrace(rows(), seconds);
    expect([atSeconds.length, atSeconds.at(-1), serviceSeconds.at(-1)]).toEqual([200_000, 199_999, 0.5]);
  });

  it.each([
    ['', 'trace_empty: The trace has no request. It needs a header line and one line for each request.'],
    ['time,service\n', 'trace_empty: The trace has no request. It needs a header line and one line for each request.'],
    [
      'when,service\n1,1\n',
      'trace_column_missing: The header of the trace has no column TIMESTAMP or timestamp or time or seconds for the time of a request. Its columns are when, service. Set timeColumn.',
    ],
    [
      'time,latency\n1,1\n',
      'trace_column_missing: The header of the trace has no column service for the service time of a request in seconds. Its columns are time, latency. Set serviceColumn or serviceSeconds.',
    ],
    [
      'time,service\n2,1\n1,1\n',
      'trace_not_sorted: Line 3 of the trace is earlier than the line before it (1). Sort the rows by time.',
    ],
    [
      'time,service\n-1,1\n',
      'trace_row_invalid: Line 2 of the trace, column time: "-1" is negative: times start at zero.',
    ],
    [
      'time,service\nNaN,1\n',
      'trace_row_invalid: Line 2 of the trace, column time: "NaN" is not a time: write "2026-11-01 08:00:00.5", or seconds.',
    ],
    [
      'time,service\n2026-02-30 00:00:00,1\n',
      'trace_row_invalid: Line 2 of the trace, column time: "2026-02-30 00:00:00" is not an existing date.',
    ],
    [
      'time,service\n2026-13-01 00:00:00,1\n',
      'trace_row_invalid: Line 2 of the trace, column time: "2026-13-01 00:00:00" is not an existing date.',
    ],
    [
      'time,service\n,1\n',
      'trace_row_invalid: Line 2 of the trace, column time: "" is empty: write a date and time, or seconds.',
    ],
    ['time,service\n1,NaN\n', 'trace_row_invalid: Line 2 of the trace, column service: "NaN" is not a number.'],
    [
      'time,service\n1,Infinity\n',
      'trace_row_invalid: Line 2 of the trace, column service: "Infinity" is not a number.',
    ],
    ['time,service\n1,1e999\n', 'trace_row_invalid: Line 2 of the trace, column service: "1e999" is not a number.'],
    ['time,service\n1,-3\n', 'trace_row_invalid: Line 2 of the trace, column service: "-3" is negative.'],
    [
      'time,service\n1,\n',
      'trace_row_invalid: Line 2 of the trace, column service: "" is empty: remove the row if the value is unknown.',
    ],
    [
      'time,service\n1,1\n2\n',
      'csv_malformed: Line 3 of the trace: the number of fields differs from the header line.',
    ],
    ['time,service\n1,"1\n', /^csv_malformed: Line/],
  ])('is refused, and why: %j', async (text, why) => {
    expect(await readProblem(text)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  it('is refused when its gzip ends too early', async () => {
    const packed = gzipSync(`time,service\n${'1,1\n'.repeat(500)}`);
    expect(await readProblem(packed.subarray(0, packed.length - 12))).toMatch(/^file_truncated: /);
  });
});
