import { equalJson, isJsonObject, type JsonObject, memberOf } from '../json.js';
import { validateEmbedded } from './embedded.js';
import { type FieldError, invalid, required, tooMany } from './field-error.js';
import { checkListSize, checkUniqueness, keyTextOf } from './list.js';
import { type Node, nodeOf } from './node.js';
import { checkEnum, checkNumber, checkString, checkType } from './scalar.js';
import type { StructuralSchema } from './schema.js';
import { bracketPathOf, pathOf, type Trail, trailTo } from './trail.js';

interface Walk {
  readonly trail: Trail;
  readonly path: () => string;
  readonly errors: FieldError[];
  /** Kubernetes' measure of how far a value fits: of several failed alternatives, it reports the one with most. */
  checks: number;
}

function walkAt(trail: Trail): Walk {
  return { trail, path: () => pathOf(trail), errors: [], checks: 0 };
}

/** Every way in which the value breaks the schema, in Kubernetes' words; CEL rules are not evaluated here. */
export function validate(schema: StructuralSchema, value: unknown, path = ''): FieldError[] {
  const walk = walkAt(trailTo(path));
  visit(value, nodeOf(schema), walk, undefined);
  return distinct(walk.errors);
}

/** As `validate`, but what was wrong in `old` already and did not change is let through (ratcheting). */
export function validateUpdate(schema: StructuralSchema, value: unknown, old: unknown, path = ''): FieldError[] {
  const walk = walkAt(trailTo(path));
  visit(value, nodeOf(schema), walk, old);
  return distinct(walk.errors);
}

function distinct(errors: FieldError[]): FieldError[] {
  if (errors.length < 2) return errors;
  return [...new Map(errors.map((error) => [`${error.type} ${error.field} ${error.message}`, error])).values()];
}

function visit(value: unknown, node: Node, walk: Walk, old: unknown): void {
  const before = walk.errors.length;
  const wrongType = checkType(value, node, walk.path);
  if (wrongType) walk.errors.push(wrongType);
  else if (value === null || isTyped(node)) walk.checks += 1;
  if (value !== null) visitPresent(value, node, walk, old);
  const notListed = checkEnum(value, node, walk.path);
  if (notListed) walk.errors.push(notListed);
  if (walk.errors.length > before && old !== undefined && equalJson(value, old)) walk.errors.length = before;
}

const isTyped = ({ types, format }: Node): boolean => types.length > 0 || format !== undefined;

/** The validators Kubernetes runs on a value count as checks, whatever they find. */
function checksOf(value: unknown, node: Node): number {
  const always = isTyped(node) ? 5 : 4;
  if (typeof value === 'boolean') return always;
  if (typeof value === 'string') return always + (node.format ? 2 : 1);
  return always + (typeof value === 'number' || Array.isArray(value) ? 2 : 1);
}

function visitPresent(value: unknown, node: Node, walk: Walk, old: unknown): void {
  walk.checks += checksOf(value, node);
  if (node.anyOf.length > 0) visitAnyOf(value, node.anyOf, walk);
  if (node.oneOf.length > 0) visitOneOf(value, node.oneOf, walk);
  if (node.allOf.length > 0) visitAllOf(value, node.allOf, walk);
  if (node.not && attempt(value, node.not, walk).errors.length === 0) {
    walk.errors.push(general(`${JSON.stringify(walk.path())} must not validate the schema (not)`));
  }
  if (typeof value === 'string') checkString(value, node, walk.path, walk.errors);
  else if (typeof value === 'number') checkNumber(value, node, walk.path, walk.errors);
  else if (Array.isArray(value)) visitItems(value, node, walk, old);
  else if (isJsonObject(value)) visitMembers(value, node, walk, old);
}

/** Kubernetes gives these no field; the message names the place. */
const general = (detail: string): FieldError => invalid('', '', detail);

function attempt(value: unknown, node: Node, { trail }: Walk): Walk {
  const walk = walkAt(trail);
  visit(value, node, walk, undefined);
  return walk;
}

function closest(attempts: readonly Walk[]): Walk | undefined {
  let best: Walk | undefined;
  for (const one of attempts) if (!best || one.checks > best.checks) best = one;
  return best;
}

function visitAnyOf(value: unknown, alternatives: readonly Node[], walk: Walk): void {
  const failed: Walk[] = [];
  for (const alternative of alternatives) {
    const result = attempt(value, alternative, walk);
    if (result.errors.length === 0) {
      walk.checks += result.checks;
      return;
    }
    failed.push(result);
  }
  walk.errors.push(general(`${JSON.stringify(walk.path())} must validate at least one schema (anyOf)`));
  report(closest(failed), walk);
}

function report(failed: Walk | undefined, walk: Walk): void {
  walk.errors.push(...(failed?.errors ?? []));
  walk.checks += failed?.checks ?? 0;
}

function visitOneOf(value: unknown, alternatives: readonly Node[], walk: Walk): void {
  const results = alternatives.map((alternative) => attempt(value, alternative, walk));
  const valid = results.filter(({ errors }) => errors.length === 0);
  if (valid.length === 1) {
    walk.checks += valid[0]?.checks ?? 0;
    return;
  }
  const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
  walk.errors.push(general(`${JSON.stringify(walk.path())} must validate one and only one schema (oneOf). ${found}`));
  if (valid.length === 0) report(closest(results), walk);
}

function visitAllOf(value: unknown, parts: readonly Node[], walk: Walk): void {
  const results = parts.map((part) => attempt(value, part, walk));
  for (const { errors, checks } of results) {
    walk.errors.push(...errors);
    walk.checks += checks;
  }
  const failed = results.filter(({ errors }) => errors.length > 0).length;
  if (failed === 0) return;
  const none = failed === parts.length ? '. None validated' : '';
  walk.errors.push(general(`${JSON.stringify(walk.path())} must validate all the schemas (allOf)${none}`));
}

function visitItems(list: readonly unknown[], node: Node, walk: Walk, old: unknown): void {
  const { items } = node;
  if (items) {
    const oldItem = correlation(node, old);
    for (const [at, item] of list.entries()) {
      walk.trail.push(at);
      visit(item, items, walk, oldItem(item));
      walk.trail.pop();
    }
  }
  checkListSize(list, node, walk.path, walk.errors);
  checkUniqueness(list, node, () => bracketPathOf(walk.trail), walk.errors);
}

/** Only items of map lists that have a key have an identity by which the old one is found. */
function correlation(node: Node, old: unknown): (item: unknown) => unknown {
  if (node.listType !== 'map' || !Array.isArray(old)) return () => undefined;
  const byKeys = new Map(old.map((item) => [keyTextOf(item, node.listMapKeys), item]));
  byKeys.delete('');
  return (item) => byKeys.get(keyTextOf(item, node.listMapKeys));
}

function visitMembers(object: JsonObject, node: Node, walk: Walk, old: unknown): void {
  checkMemberCount(object, node, walk);
  const oldMembers = isJsonObject(old) ? old : undefined;
  for (const key of Object.keys(object)) {
    const property = node.properties.get(key);
    const child = property ?? node.additional;
    if (!child) {
      if (node.additionalProperties === false) {
        walk.errors.push(invalid(walk.path(), key, `${walk.path()}.${key} in body is a forbidden property`));
      }
      continue;
    }
    walk.trail.push(property ? key : { key });
    visit(object[key], child, walk, memberOf(oldMembers, key));
    walk.trail.pop();
  }
  for (const name of node.required) {
    if (!Object.hasOwn(object, name)) walk.errors.push(required(pathOf([...walk.trail, name])));
  }
  if (node.embedded) walk.errors.push(...validateEmbedded(object, bracketPathOf(walk.trail)));
}

function checkMemberCount(object: JsonObject, { schema }: Node, walk: Walk): void {
  const { minProperties, maxProperties } = schema;
  if (minProperties === undefined && maxProperties === undefined) return;
  const count = Object.keys(object).length;
  if (minProperties !== undefined && count < minProperties) {
    const detail = `${walk.path()} in body should have at least ${minProperties} properties`;
    walk.errors.push(invalid(walk.path(), count, detail));
  }
  if (maxProperties !== undefined && count > maxProperties)
    walk.errors.push(tooMany(walk.path(), count, maxProperties));
}
