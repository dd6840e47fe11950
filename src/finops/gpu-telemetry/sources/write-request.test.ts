import { expect, it } from 'vitest';
import { parseWriteRequest } from './write-request.ts';

it('refuses a request of millions of empty fields', () => {
  const series = Buffer.alloc(2_000_000, Buffer.from([10, 0]));
  expect(() => parseWriteRequest(series)).toThrow(expect.objectContaining({ code: 'json_too_many_values' }));
  const header = Buffer.from([10, 0x80, 0x89, 0x7a]);
  const samples = Buffer.alloc(2_000_000, Buffer.from([0x12, 0]));
  expect(() => parseWriteRequest(Buffer.concat([header, samples]))).toThrow(
    expect.objectContaining({ code: 'json_too_many_values' }),
  );
});

it('reads an empty request as one', () => {
  expect(parseWriteRequest(new Uint8Array())).toEqual({ series: [], passedOver: 0 });
});
