import type { IncomingMessage } from 'node:http';
import { memberOf } from '../../apimachinery/json.js';
import { StatusError } from '../status-error.js';

/** How a client wants objects. */
export type Form = 'object' | 'table' | 'metadata';

export interface Media {
  readonly form: Form;
  /** `v1` or `v1beta1` of meta.k8s.io, for tables and metadata. */
  readonly version: string;
  /** As the client names it; empty for objects as they are. */
  readonly as: string;
}

export const notAcceptable = (message: string): StatusError => new StatusError(406, 'NotAcceptable', message);

const FORMS: Readonly<Record<string, Form>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

const JSON_TYPES = new Set(['application/json', 'application/*', '*/*']);

export interface AcceptedType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The types of an Accept header, in the order of the client. */
export const acceptedTypes = (accept: string | undefined): readonly AcceptedType[] =>
  (accept === undefined || accept === '' ? '*/*' : accept).split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    return { type, parameters: new Map(parameters.map((text) => splitPair(text))) };
  });

const splitPair = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

/** Browsers and tools people read the answers of. */
const READERS = /^(curl|Wget|Mozilla\/5\.0)/;
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Whether JSON is to be easy to read: the query says so or not, else the tool does; or the type that is asked for. */
export function isPretty({ headers, url = '' }: IncomingMessage): boolean {
  const asked = new URLSearchParams(url.split('?')[1]).get('pretty') ?? '';
  if (asked === '' ? READERS.test(headers['user-agent'] ?? '') : TRUE.has(asked)) return true;
  return acceptedTypes(headers.accept).some(({ parameters }) => parameters.get('pretty') === '1');
}

/** Refuses who takes no JSON, or JSON only `as` something; what the types are of does not matter when `as` may be anything. */
export function refuseNoJson(accept: string | undefined, anyForm = false): void {
  const isTaken = ({ type, parameters }: AcceptedType) => JSON_TYPES.has(type) && (anyForm || !parameters.get('as'));
  if (!acceptedTypes(accept).some(isTaken)) throw onlyJson();
}

const onlyJson = (): StatusError => notAcceptable('only the following media types are accepted: application/json');

/** The first form of the client's list that is served here; JSON is the only encoding. */
export function negotiate(accept: string | undefined): Media {
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (!JSON_TYPES.has(type)) continue;
    const as = parameters.get('as') ?? '';
    if (as === '') return { form: 'object', version: 'v1', as };
    const form = memberOf(FORMS, as);
    const version = parameters.get('v') ?? 'v1';
    if (form && parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1'))
      return { form, version, as };
  }
  throw onlyJson();
}
