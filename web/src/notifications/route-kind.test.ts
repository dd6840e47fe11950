import { expect, it } from 'vitest';
import { readDocument, setInDocument } from '../document-form/document.ts';
import { findTargetKind, NEW_ROUTE, routeKind } from './route-kind.ts';

it('a new channel lacks its name and its recipient', () => {
  expect(readDocument(NEW_ROUTE, routeKind).problems.map(({ path }) => path)).toEqual([
    'metadata.name',
    'spec.to.email.to',
  ]);
});

it('the recipient has one kind, and its signing secret is left to the YAML', () => {
  const to = { webhook: { url: 'https://hooks.example.org/a', secret: 'env:HOOK' } };
  const text = setInDocument(setInDocument(NEW_ROUTE, ['metadata', 'name'], 'ops'), ['spec', 'to'], to);
  const { valid, hidden } = readDocument(text, routeKind);
  expect(valid?.spec.to).toEqual(to);
  expect(hidden).toEqual(['to.webhook.secret']);
  expect(findTargetKind(valid?.spec.to)).toBe('webhook');
  expect(findTargetKind(undefined)).toBe('email');
});
