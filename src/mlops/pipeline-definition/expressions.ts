import { evaluate, parse } from '@marcbachmann/cel-js';
import type { Scalar } from './schema.ts';

/** Names that an expression can use. */
export interface Scope {
  readonly params: Readonly<Record<string, Scalar>>;
  readonly matrix: Readonly<Record<string, Scalar>>;
  /** State and outputs of the steps in `needs`. */
  readonly steps: Readonly<
    Record<string, { readonly state: string; readonly outputs: Readonly<Record<string, string>> }>
  >;
  readonly run: { readonly id: string; readonly number: number; readonly pipeline: string; readonly commit: string };
}

const TEMPLATE = /\$\{\{\s*([\s\S]*?)\s*\}\}/g;

/** Something is wrong with an expression: one sentence with the expression in it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/**
 * The text with the value of each `${{ expression }}` in its place. Expressions are CEL.
 * Example: `--lr ${{ matrix.lr }}` with `{ lr: 0.01 }` is `--lr 0.01`.
 */
export function fillExpressions(text: string, scope: Scope): string {
  return text.replace(TEMPLATE, (_, expression: string) => formatValue(evaluateExpression(expression, scope)));
}

/** Whether an expression is true. Errors: {@link ExpressionError} if its result is not a boolean. */
export function isTrue(expression: string, scope: Scope): boolean {
  const bare = /^\$\{\{([\s\S]*)\}\}$/.exec(expression.trim())?.[1] ?? expression;
  const value = evaluateExpression(bare, scope);
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`"${bare.trim()}" is ${formatValue(value)}, but must be true or false`);
}

function evaluateExpression(expression: string, scope: Scope): unknown {
  try {
    return evaluate(expression, { ...scope });
  } catch (error) {
    throw new ExpressionError(`"${expression}": ${selectFirstLine(error)}`);
  }
}

function formatValue(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function selectFirstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** Names in a text or expression, such as `params.lr` or `steps.train`; throws {@link ExpressionError} on a syntax error. */
export function listNames(text: string): Set<string> {
  return new Set([...text.matchAll(TEMPLATE)].flatMap(([, expression = '']) => [...listExpressionNames(expression)]));
}

/** The same of a bare expression, as `when` has it. */
export function listExpressionNames(expression: string): Set<string> {
  const bare = /^\$\{\{([\s\S]*)\}\}$/.exec(expression.trim())?.[1] ?? expression;
  const names = new Set<string>();
  try {
    collect(parse(bare).ast, names);
  } catch (error) {
    throw new ExpressionError(`"${bare.trim()}": ${selectFirstLine(error)}`);
  }
  return names;
}

/** `a.b.c` yields the name `a.b`: the part of the scope and the field in it. */
function collect(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, names);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return;
  const [left, right] = Array.isArray(node.args) ? node.args : [];
  if ((node.op === '.' || node.op === '[]') && isName(left)) {
    const key = typeof right === 'string' ? right : readConstant(right);
    if (key !== null) names.add(`${left.args}.${key}`);
  }
  collect(node.args, names);
}

function isName(node: unknown): node is { op: 'id'; args: string } {
  return typeof node === 'object' && node !== null && 'op' in node && node.op === 'id' && 'args' in node;
}

function readConstant(node: unknown): string | null {
  if (typeof node !== 'object' || node === null || !('op' in node) || node.op !== 'value' || !('args' in node))
    return null;
  return typeof node.args === 'string' ? node.args : null;
}
