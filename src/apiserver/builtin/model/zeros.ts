import { FIELD_NUMBERS } from './field-numbers.generated.js';

/** What becomes of the zero value of a field: Go leaves it out, keeps it where it is set, tells it always, or tells it as null. */
export type Zero = 'left' | 'kept' | 'told' | 'nulled';

const MARKS: Readonly<Record<string, Zero>> = { '': 'left', '!': 'kept', '+': 'told', '?': 'nulled' };

const ZEROS: ReadonlyMap<string, Zero> = new Map(
  FIELD_NUMBERS.trim()
    .split('\n')
    .flatMap((line) => {
      const [model = '', ...fields] = line.split(' ');
      return fields.map((field): [string, Zero] => {
        const [, name = '', mark = ''] = /^(\w+)=[\d.]+([!+?]?)$/.exec(field) ?? [];
        return [`${model}.${name}`, MARKS[mark] ?? 'kept'];
      });
    }),
);

/** Metadata has rules of its own, and of kinds without Go types nothing is known. */
export const zeroOf = (model: string, field: string): Zero => zeroIn(`${model}.${field}`);

/** Of a path `<model>.<field>`. */
export const zeroIn = (path: string): Zero => (OWN_RULES.test(path) ? 'kept' : (ZEROS.get(path) ?? 'kept'));

const OWN_RULES = /^V1(ObjectMeta|OwnerReference|ManagedFieldsEntry|DeleteOptions|Preconditions)\./;

/** Lists inside an object that are told as null; most others that are always told must have items. */
export const NULL_LISTS: ReadonlySet<string> = new Set([
  'V1LimitRangeSpec.limits',
  'V2HorizontalPodAutoscalerStatus.currentMetrics',
]);

const SCALARS: Readonly<Record<string, unknown>> = { s: '', i: 0, l: 0, n: 0, b: false, x: 0, q: '0' };

/** The zero value of a type that is always told; undefined when there is none to tell. */
export function toldZero(code: string): unknown {
  if (/^[[{ytm]/.test(code)) return null;
  return code in SCALARS ? SCALARS[code] : {};
}

export const isZeroScalar = (value: unknown): boolean => value === '' || value === 0 || value === false;
