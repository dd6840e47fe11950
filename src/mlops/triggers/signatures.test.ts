import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyGithubSignature, verifyGitlabSignature, verifyGitlabToken } from './signatures.ts';

const BODY = Buffer.from('Hello, World!');

describe('a signature of GitHub', () => {
  it('is the one of its documentation', () => {
    // "Testing the webhook payload validation" of GitHub's documentation.
    const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(verifyGithubSignature("It's a Secret to Everybody", BODY, documented)).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['no text', ''],
    ['another', `sha256=${'0'.repeat(64)}`],
    ['a short one', 'sha256=757107ea'],
    ['SHA-1', `sha1=${createHmac('sha1', 's').update(BODY).digest('hex')}`],
    ['one without its scheme', createHmac('sha256', 's').update(BODY).digest('hex')],
    ['one in capitals', `sha256=${createHmac('sha256', 's').update(BODY).digest('hex').toUpperCase()}`],
    ['one of another secret', `sha256=${createHmac('sha256', 't').update(BODY).digest('hex')}`],
  ])('is not %s', (_what, header) => {
    expect(verifyGithubSignature('s', BODY, header)).toBe(false);
  });
});

describe('GitLab', () => {
  it('names its older token', () => {
    expect(verifyGitlabToken('s3cret', 's3cret')).toBe(true);
    for (const wrong of [null, '', 's3cre', 's3cret ', 'S3CRET', 's3crets']) {
      expect(verifyGitlabToken('s3cret', wrong)).toBe(false);
    }
  });

  const key = Buffer.alloc(32, 7);
  const token = `whsec_${key.toString('base64')}`;
  const now = 1_780_000_000_000;
  const sign = (id: string, timestamp: string, body = BODY) =>
    `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  const signed = (id: string, timestamp: string) => ({ id, timestamp, signature: sign(id, timestamp) });

  it('signs with its token, also with two of them while one is changed for another', () => {
    const headers = signed('m1', '1780000000');
    expect(verifyGitlabSignature(token, BODY, headers, now)).toBe(true);
    const two = `v1,${Buffer.alloc(32).toString('base64')} ${headers.signature}`;
    expect(verifyGitlabSignature(token, BODY, { ...headers, signature: two }, now)).toBe(true);
  });

  it.each([
    ['an old one', signed('m1', '1779999000')],
    ['one of tomorrow', signed('m1', '1780086400')],
    ['one of another delivery', { ...signed('m1', '1780000000'), id: 'm2' }],
    ['one of another time', { ...signed('m1', '1780000000'), timestamp: '1780000001' }],
    ['one without a delivery', { ...signed('m1', '1780000000'), id: null }],
    ['none', { ...signed('m1', '1780000000'), signature: null }],
    ['zeros', { ...signed('m1', '1780000000'), signature: `v1,${Buffer.alloc(32).toString('base64')}` }],
  ])('is not believed with %s', (_what, headers) => {
    expect(verifyGitlabSignature(token, BODY, headers, now)).toBe(false);
  });

  it('is not believed where the token has no key', () => {
    expect(verifyGitlabSignature('whsec_', BODY, signed('m1', '1780000000'), now)).toBe(false);
  });
});
