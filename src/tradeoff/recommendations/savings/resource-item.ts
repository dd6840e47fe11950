/** The item for all hours of a resource; it contains every usage metered by that resource. */
export function buildResourceItemId(resource: string): string {
  return `resource:${resource}`;
}

/**
 * The containing items, from the resources that a usage was metered by: none where there are several. A key with a region is
 * also within the key without one. Example: `g5.xlarge@eu-west-1` -> `resource:g5.xlarge@eu-west-1`, `resource:g5.xlarge`.
 */
export function listLargerItems(resources: Iterable<string>): string[] {
  const [resource, ...others] = new Set(resources);
  if (resource === undefined || others.length > 0) return [];
  const [base = resource] = resource.split('@');
  return [...new Set([resource, base])].map(buildResourceItemId);
}
