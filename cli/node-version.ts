// Loaded by a Node of any age, before anything else: no syntax after ES2018.

const OLDEST_MAJOR = 22;
const OLDEST_MINOR = 18;

/**
 * The problem document for a Node that is too old to run Steelyard; null when it is new enough (>= 22.18).
 * Example: `nodeRefusal('v20.20.2')` says which version runs and which is needed.
 */
export function nodeRefusal(version: string): { code: string; title: string; status: number; detail: string } | null {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  if (major === undefined || minor === undefined) return null;
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return null;
  return {
    code: 'node_too_old',
    title: 'Steelyard needs a newer Node.js',
    status: 500,
    detail: `This is Node.js ${version}; Steelyard needs ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer. Install it from https://nodejs.org, or run bin/steelyard in a checkout after "npm ci".`,
  };
}
