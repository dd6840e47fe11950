/** The item of all hours of a resource, which what is metered by it is a part of. */
export function resourceItem(resource: string): string {
  return `resource:${resource}`;
}

/**
 * What the cost of something is a part of, by the resources that it was metered by: nothing where they are several. A key with a region is
 * within the key without one too. Example: `g5.xlarge@eu-west-1` -> `resource:g5.xlarge@eu-west-1`, `resource:g5.xlarge`.
 */
export function withinResource(resources: Iterable<string>): string[] {
  const [resource, ...others] = new Set(resources);
  if (resource === undefined || others.length > 0) return [];
  const [base = resource] = resource.split('@');
  return [...new Set([resource, base])].map(resourceItem);
}
