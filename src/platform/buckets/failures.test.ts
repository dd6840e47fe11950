import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeNetworkError, redactCause, redactKeys } from './failures.ts';

describe('what is shown of the SDKs errors', () => {
  it.each([
    ['the key AKIAIOSFODNN7EXAMPLE is not valid', 'the key [redacted] is not valid'],
    ['https://x/c?sv=1&sig=aB%2Fc%3D&se=2', 'https://x/c?sv=1&sig=[redacted]&se=2'],
    ['AccountName=a;AccountKey=abc==;End=1', 'AccountName=a;AccountKey=[redacted];End=1'],
    ['secret wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY12 in it', 'secret [redacted] in it'],
    ['first line\nthe string to sign', 'first line'],
    [
      'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::bills"',
      'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::bills"',
    ],
  ])('takes keys out of %j', (said, shown) => {
    expect(redactKeys(said)).toBe(shown);
  });

  it('keeps name and message, and none of the properties', () => {
    const error = Object.assign(new Error('refused'), { name: 'Refused', request: { authorization: 'hush' } });
    const shown = inspect(redactCause(error), { showHidden: true, depth: 5 });
    expect(shown).toContain('Refused: refused');
    expect(shown).not.toContain('hush');
  });

  it('finds the word of the network in what is wrapped', () => {
    const inner = Object.assign(new Error('x'), { code: 'ECONNRESET' });
    expect(describeNetworkError(new Error('outer', { cause: inner }))).toBe('ECONNRESET');
    expect(describeNetworkError(new Error('x'))).toBeNull();
  });
});
