import { equalJson, isJsonObject, type JsonObject, memberOf } from '../json.js';
import { duplicate, type FieldError, forbidden, invalid, required, unshown } from '../structural/field-error.js';
import { keyTextOf } from '../structural/list.js';
import type { CelRule, StructuralSchema } from '../structural/schema.js';
import type { Program } from './environment.js';
import { fieldNames } from './field-path.js';
import { CelCostError } from './frame.js';
import { fromJson } from './json-value.js';
import { compileRule, type RuleProgram } from './rule-program.js';
import { withObjectMeta } from './schema-type.js';
import { CelError, Optional, type Value } from './value.js';

const CALL_COST = 1_000_000;
const OBJECT_COST = 10_000_000;
const MAX_MESSAGE = 5 * 1024;

/** A schema node with its rules compiled; nodes without any rule below them are left out. */
interface Node {
  readonly schema: StructuralSchema;
  readonly rules: readonly RuleProgram[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly additional: Node | undefined;
  readonly items: Node | undefined;
}

const ROOTS = new WeakMap<StructuralSchema, Node | { readonly isEmpty: true }>();

/**
 * What the CEL rules of a schema say against a whole object, in Kubernetes' words. `old` is the object before an
 * update. Runs after the schema itself was found kept: see `validateWithRules`.
 */
export function validateRules(schema: StructuralSchema, value: unknown, old: unknown, path = ''): FieldError[] {
  const root = rootOf(schema);
  if ('isEmpty' in root) return [];
  const run: Run = { errors: [], left: OBJECT_COST };
  visit(root, value, old, path, run);
  return run.errors;
}

/** Whether the schema has a CEL rule at any depth. */
export const hasRules = (schema: StructuralSchema): boolean => !('isEmpty' in rootOf(schema));

function rootOf(schema: StructuralSchema): Node | { readonly isEmpty: true } {
  const known = ROOTS.get(schema);
  if (known) return known;
  const root = nodeOf(withObjectMeta(schema)) ?? { isEmpty: true as const };
  ROOTS.set(schema, root);
  return root;
}

function nodeOf(schema: StructuralSchema): Node | undefined {
  const { additionalProperties } = schema;
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const node = nodeOf(child);
    return node ? [[name, node] as const] : [];
  });
  const additional = typeof additionalProperties === 'object' ? nodeOf(additionalProperties) : undefined;
  const items = schema.items && nodeOf(schema.items);
  const rules = (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema));
  if (rules.length + properties.length === 0 && !additional && !items) return undefined;
  return { schema, rules, properties: new Map(properties), additional, items };
}

interface Run {
  readonly errors: FieldError[];
  /** What may still be spent on the object; negative once nothing more runs. */
  left: number;
}

/** Null has no rules: what may be null is judged by the rules around it. */
function visit(node: Node, value: unknown, old: unknown, path: string, run: Run): void {
  if (value === null || value === undefined || run.left < 0) return;
  for (const rule of node.rules) judge(rule, node.schema, value, old, path, run);
  if (Array.isArray(value)) visitItems(node, value, old, path, run);
  else if (isJsonObject(value)) visitMembers(node, value, old, path, run);
}

function visitItems({ items, schema }: Node, list: readonly unknown[], old: unknown, path: string, run: Run): void {
  if (!items) return;
  const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  // Only items of map lists have an identity by which the old one is found.
  const before = new Map(keys && Array.isArray(old) ? old.map((item) => [keyTextOf(item, keys), item]) : []);
  for (const [at, item] of list.entries()) {
    visit(items, item, keys && before.get(keyTextOf(item, keys)), `${path}[${at}]`, run);
  }
}

function visitMembers(node: Node, object: JsonObject, old: unknown, path: string, run: Run): void {
  const oldMembers = isJsonObject(old) ? old : {};
  for (const name of Object.keys(object)) {
    const property = node.properties.get(name);
    const child = property ?? (memberOf(node.schema.properties, name) ? undefined : node.additional);
    if (!child) continue;
    const before = memberOf(oldMembers, name);
    visit(child, object[name], before, property ? childPath(path, name) : `${path}[${name}]`, run);
  }
}

const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function judge(
  program: RuleProgram,
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  path: string,
  run: Run,
): void {
  const { source, rule, isTransition } = program;
  if (run.left < 0 || (isTransition && old === undefined && !source.optionalOldSelf)) return;
  const type = schema.type ?? '';
  if (typeof rule === 'string') {
    run.errors.push(invalid(path, type, `rule compile error: ${rule}`));
    return;
  }
  try {
    const variables = { self: fromJson(value, schema), oldSelf: oldValue(old, schema, source) };
    const { value: result, cost } = rule.evaluate(variables, Math.min(CALL_COST, run.left));
    run.left -= cost;
    if (result === true || isRatcheted(program, value, old)) return;
    run.errors.push(refusal(source, pathOf(path, source, schema), value, messageOf(program, variables)));
  } catch (error) {
    if (error instanceof CelCostError) {
      stop(run, path, type, error, source);
      return;
    }
    if (!(error instanceof CelError)) throw error;
    if (!isRatcheted(program, value, old)) run.errors.push(invalid(path, type, failureOf(error, source)));
  }
}

/** What was wrong before and did not change is let through. */
const isRatcheted = ({ isTransition }: RuleProgram, value: unknown, old: unknown): boolean =>
  !isTransition && old !== undefined && equalJson(value, old);

function oldValue(old: unknown, schema: StructuralSchema, { optionalOldSelf }: CelRule): Value | undefined {
  const value = old === undefined ? undefined : fromJson(old, schema);
  return optionalOldSelf ? Optional.from(value) : value;
}

function stop(run: Run, path: string, type: string, error: CelCostError, rule: CelRule): void {
  const isWholeBudget = run.left < CALL_COST;
  run.left = -1;
  const detail = isWholeBudget
    ? 'validation failed due to running out of cost budget, no further validation rules will be run'
    : `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${nameOf(rule)}`;
  run.errors.push(invalid(path, type, detail));
}

const nameOf = ({ message, rule }: CelRule): string => (message || rule).trim();

const failureOf = ({ message }: CelError, rule: CelRule): string =>
  message.startsWith('no such overload')
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${nameOf(rule)}`
    : `${message} evaluating rule: ${nameOf(rule)}`;

/** `fieldPath` names a child, as `.spec.a` or `['b.c']`; what is a key of a map stands in brackets. */
function pathOf(path: string, { fieldPath = '' }: CelRule, schema: StructuralSchema): string {
  let whole = path;
  let node: StructuralSchema | undefined = schema;
  for (const name of fieldNames(fieldPath)) {
    const property: StructuralSchema | undefined = memberOf(node?.properties, name);
    whole = property ? childPath(whole, name) : `${whole}[${name}]`;
    const others: StructuralSchema | boolean | undefined = node?.additionalProperties;
    node = property ?? (typeof others === 'object' ? others : undefined);
  }
  return whole;
}

function refusal({ reason }: CelRule, path: string, value: unknown, detail: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return isScalar(value) ? duplicate(path, value) : unshown('FieldValueDuplicate', path);
    default:
      return isScalar(value) ? invalid(path, value, detail) : unshown('FieldValueInvalid', path, detail);
  }
}

/** Objects and lists are not shown in a refusal. */
const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object';

function messageOf({ source, message }: RuleProgram, variables: Readonly<Record<string, unknown>>): string {
  const computed = message && typeof message !== 'string' ? textOf(message, variables) : '';
  return computed || source.message?.trim() || `failed rule: ${source.rule.trim()}`;
}

/** Nothing when the expression fails or gives no single line of text; the rule's own message is used then. */
function textOf(message: Program, variables: Readonly<Record<string, unknown>>): string {
  try {
    const { value } = message.evaluate(variables, CALL_COST);
    const text = typeof value === 'string' ? value.trim() : '';
    return text.includes('\n') || text.length > MAX_MESSAGE ? '' : text;
  } catch (error) {
    if (error instanceof CelError || error instanceof CelCostError) return '';
    throw error;
  }
}
