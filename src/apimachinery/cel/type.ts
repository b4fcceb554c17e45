/** A static type of CEL. `dyn` is known only at run time; `error` stands for what already failed and is never reported again. */
export type CelType =
  | { readonly kind: Scalar | 'dyn' | 'error' }
  | { readonly kind: 'list' | 'optional' | 'type'; readonly of: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly of: CelType }
  | { readonly kind: 'opaque' | 'param'; readonly name: string }
  | { readonly kind: 'object'; readonly fieldType: (name: string) => CelType | undefined };

export type Scalar = 'int' | 'uint' | 'double' | 'bool' | 'string' | 'bytes' | 'null' | 'timestamp' | 'duration';

export const DYN: CelType = { kind: 'dyn' };
export const ERROR: CelType = { kind: 'error' };
export const BOOL: CelType = { kind: 'bool' };
export const STRING: CelType = { kind: 'string' };
export const INT: CelType = { kind: 'int' };
export const listOf = (of: CelType): CelType => ({ kind: 'list', of });
export const mapOf = (key: CelType, of: CelType): CelType => ({ kind: 'map', key, of });
export const optionalOf = (of: CelType): CelType => ({ kind: 'optional', of });

const SCALARS: ReadonlySet<string> = new Set([
  'dyn',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'null',
  'timestamp',
  'duration',
]);

/** Reads `map(string, list(A))`; one capital letter is a type parameter, a name with a dot an opaque type. */
export function parseType(text: string): CelType {
  const generic = /^(list|map|optional|type)\((.*)\)$/.exec(text.trim());
  if (!generic) return simpleType(text.trim());
  const [, kind, inside = ''] = generic;
  const [first = '', second = ''] = splitArguments(inside);
  if (kind === 'map') return mapOf(parseType(first), parseType(second));
  return { kind: kind as 'list' | 'optional' | 'type', of: parseType(first) };
}

function simpleType(name: string): CelType {
  if (SCALARS.has(name)) return { kind: name as Scalar | 'dyn' };
  return { kind: /^[A-Z]$/.test(name) ? 'param' : 'opaque', name };
}

/** At commas outside parentheses. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (text[at] !== ',' || depth > 0) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

const NAMES: Readonly<Partial<Record<CelType['kind'], string>>> = {
  error: '!error!',
  timestamp: 'timestamp',
  object: 'object',
  null: 'null',
};

export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
    case 'type':
      return `${type.kind}(${formatType(type.of)})`;
    case 'optional':
      return `optional_type(${formatType(type.of)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.of)})`;
    case 'opaque':
    case 'param':
      return type.name;
    default:
      return NAMES[type.kind] ?? type.kind;
  }
}

/** What the parameters of one call stand for. */
export type Bindings = Map<string, CelType>;

export const isDynamic = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'error';

const NULLABLE: ReadonlySet<string> = new Set(['null', 'opaque', 'object', 'timestamp', 'duration']);

/** Whether a value of type `from` may stand where `to` is declared; binds parameters of `to`. */
export function isAssignable(to: CelType, from: CelType, bindings: Bindings): boolean {
  if (to.kind === 'param') return bind(to.name, from, bindings);
  if (isDynamic(to) || isDynamic(from)) return true;
  if (from.kind === 'null') return NULLABLE.has(to.kind);
  if (to.kind !== from.kind) return false;
  switch (to.kind) {
    case 'list':
    case 'optional':
      return isAssignable(to.of, (from as typeof to).of, bindings);
    case 'map':
      return (
        isAssignable(to.key, (from as typeof to).key, bindings) && isAssignable(to.of, (from as typeof to).of, bindings)
      );
    case 'opaque':
      return to.name === (from as typeof to).name;
    default:
      return true;
  }
}

function bind(name: string, from: CelType, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (!bound || bound.kind === 'error') {
    bindings.set(name, from);
    return true;
  }
  if (isAssignable(bound, from, bindings)) {
    if (isDynamic(from)) bindings.set(name, DYN);
    return true;
  }
  if (!isAssignable(from, bound, bindings)) return false;
  bindings.set(name, from);
  return true;
}

/** The type with its parameters replaced; one that nothing bound is dynamic. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? DYN;
    case 'list':
    case 'optional':
    case 'type':
      return { kind: type.kind, of: substitute(type.of, bindings) };
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.of, bindings));
    default:
      return type;
  }
}

export const isSameType = (a: CelType, b: CelType): boolean =>
  a === b || (a.kind === b.kind && formatType(a) === formatType(b));

/** The one type all have, or `dyn`. */
export function commonType(types: readonly CelType[]): CelType {
  const [first = DYN, ...rest] = types;
  return rest.every((type) => isSameType(first, type)) ? first : DYN;
}
