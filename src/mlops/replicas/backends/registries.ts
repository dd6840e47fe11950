/** Default registry of container engines for an image without a registry in its name. */
const DEFAULT_REGISTRY = 'docker.io';
const OFFICIAL = 'library';

/**
 * An image as the engines read its name: with its registry, without its tag and digest.
 * Examples: `redis:7` -> `docker.io/library/redis`; `acme/ranker` -> `docker.io/acme/ranker`; `localhost:5000/a@sha256:…` -> `localhost:5000/a`.
 */
export function parseRepository(image: string): string {
  const plain = image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
  const [first = '', ...rest] = plain.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return plain;
  return rest.length === 0 ? `${DEFAULT_REGISTRY}/${OFFICIAL}/${plain}` : `${DEFAULT_REGISTRY}/${plain}`;
}

/**
 * Why an image may not be pulled, as text for people; null where one of the registries (`ghcr.io`, `ghcr.io/acme`) has it.
 * Example: `ghcr.io/acme/a:1` is of `ghcr.io/acme` and not of `ghcr.io/ac`.
 */
export function explainNotPulled(image: string, registries: readonly string[]): string | null {
  const repository = parseRepository(image);
  const isNamed = registries.some((one) => repository === one || repository.startsWith(`${one.replace(/\/+$/, '')}/`));
  return isNamed ? null : `the setting servingRegistries does not include the registry of ${repository}.`;
}

/** The setting as a list. Example: `ghcr.io/acme, quay.io` -> both. */
export function parseRegistries(setting: string): string[] {
  return setting
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
