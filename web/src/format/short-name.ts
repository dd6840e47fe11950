const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const GUIDS = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** ARNs, and paths of Azure and Google Cloud, inside a text. */
const LONG_NAMES =
  /arn:[\w-]+:[^\s,;·]+|\/subscriptions\/[^\s,;·]+|\/\/[\w.]+\.googleapis\.com\/[^\s,;·]+|projects\/[^\s,;·]+\/[^\s,;·]+/g;

/**
 * Short form of an ARN or of a resource path of Azure or Google Cloud: its last part; of a GUID its first eight digits. Other names stay.
 * Example: `arn:aws:ec2:eu-west-1:1:instance/i-0abc` -> `i-0abc`; `/subscriptions/d9030b1e-…` -> `d9030b1e…`.
 */
export function shortName(name: string): string {
  const isPath = /^(arn:|\/|projects\/)/.test(name);
  const last = isPath ? (name.split(/[/:]/).findLast((part) => part !== '') ?? name) : name;
  return GUID.test(last) ? `${last.slice(0, 8)}…` : last;
}

/** The same for every such name and GUID inside a sentence, whose final full stop stays. */
export function shortenNames(text: string): string {
  const short = text.replace(LONG_NAMES, (name) => {
    const end = name.endsWith('.') ? '.' : '';
    return `${shortName(end === '' ? name : name.slice(0, -1))}${end}`;
  });
  return short.replace(GUIDS, (guid) => shortName(guid));
}
