import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENESIS } from '../hash-chain/index.ts';
import { type AuditFacts, followTrail, hashAuditRow, serializeSubject } from './chain.ts';

const facts: fc.Arbitrary<Omit<AuditFacts, 'seq'>> = fc.record({
  firstAt: fc.string(),
  lastAt: fc.string(),
  actor: fc.string(),
  role: fc.option(fc.string()),
  method: fc.string(),
  route: fc.string(),
  scope: fc.string(),
  subject: fc.string(),
  bodyDigest: fc.option(fc.string()),
  status: fc.nat(599),
  writes: fc.nat(),
  requestId: fc.string(),
});
const START = { seq: 0, hash: GENESIS };

function chained(rows: readonly Omit<AuditFacts, 'seq'>[]) {
  let hash = GENESIS;
  return rows.map((row, index) => {
    const whole = { ...row, seq: index + 1 };
    hash = hashAuditRow(hash, whole);
    return { ...whole, hash };
  });
}

describe('the chain of the audit trail', () => {
  it('leads from the first row to the last', () => {
    fc.assert(
      fc.property(fc.array(facts), (rows) => {
        const trail = chained(rows);
        const last = trail.at(-1);
        expect(followTrail(START, trail)).toEqual(last === undefined ? START : { seq: last.seq, hash: last.hash });
      }),
    );
  });

  it('breaks at the row in which anything was changed, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1 }), fc.nat(), fc.nat(), facts, (rows, at, which, other) => {
        const trail = chained(rows);
        const index = at % trail.length;
        const names = Object.keys(other) as (keyof typeof other)[];
        const name = names[which % names.length] ?? 'actor';
        fc.pre(trail[index]?.[name] !== other[name]);
        const forged = trail.map((row, place) => (place === index ? { ...row, [name]: other[name] } : row));
        expect(followTrail(START, forged)).toEqual({ seq: index + 1, why: 'row changed' });
      }),
    );
  });

  it('breaks where a row was taken out or two were exchanged', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 2 }), fc.nat(), (rows, at) => {
        const trail = chained(rows);
        const index = at % (trail.length - 1);
        expect(followTrail(START, trail.toSpliced(index, 1))).toEqual({ seq: index + 1, why: 'row missing' });
      }),
    );
  });

  it('has one text for the same ids', () => {
    expect(serializeSubject({ b: '1', a: '2' })).toBe(serializeSubject({ a: '2', b: '1' }));
  });
});
