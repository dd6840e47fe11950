import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SecretReference } from '../secrets/schema.ts';
import { findAdminFields } from './admin-fields.ts';

const secret = 'env:TOKEN';
const Nested = z.strictObject({
  token: SecretReference.optional(),
  get inner() {
    return z.lazy(() => Nested).optional();
  },
});

describe('fields that only an administrator may set', () => {
  it.each<[string, z.ZodType, unknown, string[]]>([
    ['a field', z.strictObject({ token: SecretReference }), { token: secret }, ['token']],
    ['described anew', z.strictObject({ token: SecretReference.describe('Of it') }), { token: secret }, ['token']],
    ['refined', z.strictObject({ token: SecretReference.refine(() => true) }), { token: secret }, ['token']],
    ['nullable with a default', z.object({ a: SecretReference.nullable().default(null) }), { a: secret }, ['a']],
    ['read-only, caught', z.object({ a: SecretReference.catch('env:A').readonly() }), { a: secret }, ['a']],
    ['in a list', z.object({ all: z.array(SecretReference) }), { all: [secret, secret] }, ['all[0]', 'all[1]']],
    ['in a tuple', z.object({ pair: z.tuple([z.string(), SecretReference]) }), { pair: ['a', secret] }, ['pair[1]']],
    [
      'in a record',
      z.object({ headers: z.record(z.string(), SecretReference) }),
      { headers: { a: secret } },
      ['headers.a'],
    ],
    ['of any name', z.object({}).catchall(SecretReference), { b: secret }, ['b']],
    ['in a branch', z.union([z.string(), z.object({ a: SecretReference })]), { a: secret }, ['a']],
    ['in both', z.intersection(z.object({ a: SecretReference }), z.object({ b: z.string() })), { a: secret }, ['a']],
    ['before a transform', z.object({ a: SecretReference.transform((text) => text.trim()) }), { a: secret }, ['a']],
    ['after one', z.preprocess((given) => given, z.object({ a: SecretReference })), { a: secret }, ['a']],
    ['deep in itself', Nested, { inner: { inner: { token: secret } } }, ['inner.inner.token']],
    ['not set', Nested, { inner: {} }, []],
    ['none', z.strictObject({ name: z.string() }), { name: secret }, []],
  ])('are found: %s', (_, schema, value, fields) => {
    expect(findAdminFields(schema, value)).toEqual(fields);
  });
});
