import { describe, expect, it } from 'vitest';
import { explainNotPulled, parseRegistries, parseRepository } from './registries.ts';

describe('the repository of an image', () => {
  it.each([
    ['redis', 'docker.io/library/redis'],
    ['redis:7', 'docker.io/library/redis'],
    ['acme/ranker:1', 'docker.io/acme/ranker'],
    ['docker.io/library/redis:7', 'docker.io/library/redis'],
    ['ghcr.io/acme/ranker:1.2', 'ghcr.io/acme/ranker'],
    ['localhost:5000/a/b', 'localhost:5000/a/b'],
    ['registry.example.org:5000/a:v1@sha256:0123', 'registry.example.org:5000/a'],
    ['localhost/a', 'localhost/a'],
  ])('%s is %s', (image, repository) => {
    expect(parseRepository(image)).toBe(repository);
  });
});

describe('an image', () => {
  const registries = parseRegistries(' ghcr.io/acme , registry.example.org:5000, docker.io/library/redis');

  it.each(['ghcr.io/acme/ranker:1', 'registry.example.org:5000/x', 'redis:7'])('%s may be fetched', (image) => {
    expect(explainNotPulled(image, registries)).toBeNull();
  });

  it.each([
    'ghcr.io/acme-evil/ranker',
    'ghcr.io/other/ranker',
    'registry.example.org/x',
    'redis-evil',
    'acme/ranker',
    'ghcr.io.evil.example/acme/ranker',
  ])('%s may not', (image) => {
    expect(explainNotPulled(image, registries)).toMatch(/servingRegistries/);
  });

  it('may never where no registry is named', () => {
    expect(explainNotPulled('redis', parseRegistries(''))).toMatch(/docker.io\/library\/redis/);
  });
});
