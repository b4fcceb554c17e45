import { apiVersionOf } from '../../api/resource.js';
import { DECLARATIONS } from '../builtin/declarations.js';
import { FIELD_NUMBERS } from '../builtin/model/field-numbers.generated.js';
import { fieldsOf } from '../builtin/model/schema.js';

export interface MessageField {
  readonly name: string;
  /** As the models of built-in kinds write it: `[` list of, `{` map of, a letter for a scalar, or a model. */
  readonly code: string;
  readonly keepsZero: boolean;
}

/** A message whose members belong to the one around it, as embedded Go structs do. */
export interface Message {
  readonly fields: ReadonlyMap<number, MessageField>;
  readonly inlined: ReadonlyMap<number, Message>;
}

const LINES = new Map(
  FIELD_NUMBERS.trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
);

const messages = new Map<string, Message>();

/** Undefined for models that never travel as protobuf. */
export function messageOf(model: string): Message | undefined {
  const known = messages.get(model);
  if (known) return known;
  const line = LINES.get(model);
  if (line === undefined) return undefined;
  const codes = new Map(fieldsOf(model).map(({ name, code }) => [name, code]));
  const message = emptyMessage();
  for (const [, name = '', path = '', mark] of line.matchAll(/(\S+)=([\d.]+)([!+?]?)/g)) {
    const numbers = path.split('.').map(Number);
    const last = numbers.pop() ?? 0;
    const owner = numbers.reduce(inlinedAt, message);
    owner.fields.set(last, { name, code: codes.get(name) ?? 'a', keepsZero: mark !== '' });
  }
  messages.set(model, message);
  return message;
}

interface Growing {
  readonly fields: Map<number, MessageField>;
  readonly inlined: Map<number, Growing>;
}

const emptyMessage = (): Growing => ({ fields: new Map(), inlined: new Map() });

function inlinedAt({ inlined }: Growing, number: number): Growing {
  const known = inlined.get(number) ?? emptyMessage();
  inlined.set(number, known);
  return known;
}

const MODELS: ReadonlyMap<string, string> = new Map([
  ...DECLARATIONS.map((one) => [`${apiVersionOf(one)}/${one.kind}`, one.model] as const),
  ['autoscaling/v1/Scale', 'V1Scale'],
  ['policy/v1/Eviction', 'V1Eviction'],
  ['authentication.k8s.io/v1/TokenRequest', 'AuthenticationV1TokenRequest'],
]);

/** Every group has DeleteOptions. */
export const modelOf = (apiVersion: string, kind: string): string | undefined =>
  kind === 'DeleteOptions' ? 'V1DeleteOptions' : MODELS.get(`${apiVersion}/${kind}`);
