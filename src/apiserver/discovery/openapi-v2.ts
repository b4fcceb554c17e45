import type { Kind } from '../kind.js';
import type { KindRegistry } from '../kind-registry.js';
import { BUILT_IN_INFO } from './openapi.js';

export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** What a PATCH understands; kubectl before 1.29 asks OpenAPI v2 for exactly this, and reads everything else from v3. */
const PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];

const patchPathOf = ({ group, version, plural, namespaced }: Kind): string => {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;
};

const patchable = (kinds: KindRegistry): readonly Kind[] => kinds.all().filter(({ verbs }) => verbs.includes('patch'));

/** The writes of every kind, without definitions: those are in OpenAPI v3. */
export const openApiV2 = (kinds: KindRegistry) => ({
  swagger: '2.0',
  info: BUILT_IN_INFO,
  paths: Object.fromEntries(
    patchable(kinds).map((kind) => {
      const { group, version, kind: name } = kind;
      const parameters = PARAMETERS.map((parameter) => ({ name: parameter, in: 'query', type: 'string' }));
      const patch = { parameters, responses: {}, 'x-kubernetes-group-version-kind': { group, kind: name, version } };
      return [patchPathOf(kind), { patch }];
    }),
  ),
  definitions: {},
});

/** The same in the encoding kubectl asks for. Numbers are those of gnostic's OpenAPIv2.proto. */
export function openApiV2Protobuf(kinds: KindRegistry): Buffer {
  const info = message(2, text(1, BUILT_IN_INFO.title), text(2, BUILT_IN_INFO.version));
  const paths = patchable(kinds).map((kind) => message(2, text(1, patchPathOf(kind)), message(2, patchOf(kind))));
  return Buffer.concat([text(1, '2.0'), info, message(8, ...paths)].map(whole));
}

interface Field {
  readonly number: number;
  readonly content: readonly Buffer[];
}

const text = (number: number, value: string): Field => ({ number, content: [Buffer.from(value)] });
const message = (number: number, ...fields: readonly (Field | Buffer)[]): Field => ({
  number,
  content: fields.map((field) => (Buffer.isBuffer(field) ? field : whole(field))),
});

function whole({ number, content }: Field): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** PathItem.patch: an Operation with its query parameters and the kind it is of. */
function patchOf({ group, version, kind }: Kind): Buffer {
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  const extension = message(13, text(1, 'x-kubernetes-group-version-kind'), message(2, text(2, yaml)));
  return whole(message(8, ...PARAMETERS.map(parameter), extension));
}

const parameter = (name: string): Field =>
  message(8, message(1, message(2, message(3, text(2, 'query'), text(4, name), text(6, 'string')))));
