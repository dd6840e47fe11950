import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from './index.ts';

const SECRET = 's3cr3t-of-the-server/0001 ü';
const stars = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[^\r\n]/g, '*');

describe('secrets in a text', () => {
  it.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a form', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
    ['twice', `${SECRET}${SECRET}`],
  ])('are masked %s, and every byte around them stays', (_how, written) => {
    const masked = createMasker([SECRET]).text(`before ${written} after`);
    expect(masked).toBe(`before ${'*'.repeat(Buffer.byteLength(written))} after`);
  });

  it('are masked as JSON writes them', () => {
    const secret = 'say "friend" \\ and enter';
    const masked = createMasker([secret]).text(JSON.stringify({ key: secret }));
    expect(masked).toBe(`{"key":"${'*'.repeat(JSON.stringify(secret).length - 2)}"}`);
  });

  it.each(['', 'u', 'us', 'user:', 'robot:'])('are masked in Base64 behind "%s"', (before) => {
    const encoded = Buffer.from(`${before}${SECRET}`).toString('base64');
    const masked = createMasker([SECRET]).text(`Authorization: Basic ${encoded}`);
    const kept = masked.replace('Authorization: Basic ', '').replaceAll('*', '');
    // The remaining characters belong to neighbouring words too.
    expect(kept.replaceAll('=', '').length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3) + 2);
    expect(masked).toContain('****************');
  });

  it('are masked over the ends of lines, which stay', () => {
    const broken = `${SECRET.slice(0, 7)}\n${SECRET.slice(7, 12)}\r\n${SECRET.slice(12)}`;
    expect(createMasker([SECRET]).text(`x\n${broken}\ny`)).toBe(`x\n${stars(broken)}\ny`);
    const pem = '-----BEGIN KEY-----\nMIIabcdefgh\nijklmnop\n-----END KEY-----\n';
    expect(createMasker([pem]).text(`the line MIIabcdefgh and\n${pem}`)).toBe(
      `the line *********** and\n${stars(pem)}`,
    );
  });

  it('that are short are masked from four characters on, and only in one line', () => {
    const masker = createMasker(['abcd', 'xyz', '']);
    expect(masker.text('abcd ab\ncd xyz abcdabcd')).toBe('**** ab\ncd xyz ********');
    expect(createMasker(['abcdefg', 'defg']).text('ab\ncdefg')).toBe('ab\nc****');
  });

  it('that overlap are all masked', () => {
    expect(createMasker(['abcdef', 'defghi', 'cdef']).text('-abcdefghi-cdef-')).toBe('-*********-****-');
  });

  it('leave a text without them as it is', () => {
    expect(createMasker([]).text(SECRET)).toBe(SECRET);
    expect(createMasker([SECRET]).text('s3cr3t-of-the-serve')).toBe('s3cr3t-of-the-serve');
  });
});

it('masks the same wherever the bytes are cut into chunks', async () => {
  const bytes = Buffer.from(
    `a ${SECRET}\nb ${SECRET.slice(0, 5)} c ${encodeURIComponent(SECRET)} ${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`,
  );
  const masker = createMasker([SECRET, 'cr3t-']);
  const whole = await buffer(masker.masked(Readable.from([bytes])));
  expect(whole.toString()).not.toContain('cr3t-');
  expect(whole.length).toBe(bytes.length);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(await buffer(masker.masked(Readable.from(chunks.filter(({ length }) => length > 0))))).toEqual(whole);
    }),
    { numRuns: 60, seed: 7 },
  );
});

it('takes time by the bytes, not by the number of secrets', () => {
  const secrets = Array.from({ length: 200 }, (_, index) => `secret number ${index} of many`);
  const masker = createMasker(secrets);
  const pass = masker.pass();
  const chunk = Buffer.from('secret number 1999 of them all, and nothing but secret numbers\n'.repeat(1000));
  let bytes = 0;
  for (let at = 0; at < 20; at += 1) bytes += pass.write(chunk).length;
  expect(bytes + pass.end().length).toBe(20 * chunk.length);
});
