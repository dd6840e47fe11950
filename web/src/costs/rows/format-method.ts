/** Methods of allocation as text; an unknown method is shown by its name. */
const METHODS: Readonly<Record<string, string>> = {
  direct: 'direct: all of it',
  even: 'evenly over all owners',
  weights: 'by given weights',
  fixed: 'fixed amounts',
};

/** `proportional/cost` -> `in proportion to cost`. */
export function formatMethod(method: string): string {
  const [way = '', basis] = method.split('/');
  if (way === 'proportional' && basis !== undefined) return `in proportion to ${basis.replaceAll('-', ' ')}`;
  if (way === 'kubernetes' && basis !== undefined) return `Kubernetes, by ${basis.replaceAll('-', ' ')}`;
  return METHODS[method] ?? method;
}
