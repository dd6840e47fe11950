/** Names of the product that a document must not list as missing. */
export interface KnownNames {
  /** Words of each command without the program, such as `budget list`. */
  readonly commands: readonly string[];
  /** Method and path of each endpoint, such as `GET /api/v1/teams/{team}`. */
  readonly endpoints: readonly string[];
  /** Error codes, settings with their variables, and kinds of manifests. */
  readonly words: ReadonlySet<string>;
}

/**
 * Names in backticks of the section "Not there yet" that exist in the product, in order: the section is outdated.
 *
 * @example findExistingNames('## Not there yet\n\n- `budget_exceeded`', names) // ['budget_exceeded']
 */
export function findExistingNames(markdown: string, names: KnownNames): string[] {
  const sections = [...markdown.matchAll(/^## Not there yet$(.*?)(?=^## |$(?![\s\S]))/gms)];
  const quoted = sections.flatMap(([, text = '']) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name));
  return quoted.filter((name) => exists(name.trim(), names));
}

function exists(name: string, { commands, endpoints, words }: KnownNames): boolean {
  if (words.has(name.replace(/^kind: /, ''))) return true;
  if (name.includes('/')) return endpoints.some((endpoint) => isEndpoint(name, endpoint));
  const command = `${name.replace(/^steelyard /, '')} `;
  return commands.some((path) => command.startsWith(`${path} `));
}

/** Whether the name is the path of the endpoint, with or without its method. Parameters of a path match any value. */
function isEndpoint(name: string, endpoint: string): boolean {
  const [method = '', path = ''] = endpoint.split(' ');
  const [, stated = method, address = ''] = /^(?:([A-Z]+) )?([^?]*)/.exec(name) ?? [];
  const [parts, wanted] = [address.split('/'), path.split('/')];
  if (stated !== method || parts.length !== wanted.length) return false;
  return wanted.every((part, index) => part.startsWith('{') || part === parts[index]);
}
