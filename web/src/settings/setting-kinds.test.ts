import { expect, it } from 'vitest';
import { readDocument, setInDocument } from '../document-form/document.ts';
import { BLANK_LOCATIONS, LOCATIONS, type LocationType, NEW_SOURCE, sourceKind } from './source-kind.ts';
import { formatTeam, NEW_TEAM, teamKind } from './team-kind.ts';

it('a new team is valid once it has a name, and a team is edited as it is', () => {
  expect(readDocument(NEW_TEAM, teamKind).valid).toBeNull();
  expect(readDocument(setInDocument(NEW_TEAM, ['metadata', 'name'], 'search'), teamKind).problems).toEqual([]);
  const at = '2026-11-01T00:00:00.000Z';
  const team = { name: 'ads', displayName: null, owner: 'ada@example.org', description: null };
  const text = formatTeam({ ...team, createdAt: at, updatedAt: at });
  expect(readDocument(text, teamKind).valid).toEqual({ name: 'ads', spec: { owner: 'ada@example.org' } });
});

const FILLED: Readonly<Record<LocationType, Readonly<Record<string, string>>>> = {
  folder: { path: '/srv/bills' },
  s3: { bucket: 'bills' },
  azureBlob: { container: 'bills', account: 'finance' },
};

it.each(Object.keys(LOCATIONS) as LocationType[])(
  'a new source in %s is valid once its fields are filled in',
  (type) => {
    const named = setInDocument(NEW_SOURCE, ['metadata', 'name'], 'aws');
    const placed = setInDocument(named, ['spec', 'location'], BLANK_LOCATIONS[type]);
    expect(readDocument(placed, sourceKind).valid).toBeNull();
    const text = Object.entries(FILLED[type]).reduce(
      (before, [field, value]) => setInDocument(before, ['spec', 'location', field], value),
      placed,
    );
    const read = readDocument(text, sourceKind);
    expect(read.problems).toEqual([]);
    expect(read.hidden).toEqual([]);
    expect(read.valid?.spec.location).toMatchObject(FILLED[type]);
  },
);
