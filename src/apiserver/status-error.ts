import { goQuoted } from '../apimachinery/go-text.js';
/** One entry of `Status.details.causes`; what is empty is left out of the answer. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal as Kubernetes words it; becomes the `Status` body of the answer. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** Of list metadata: where the client may go on all the same. */
  readonly continueToken: string | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails, continueToken?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.continueToken = continueToken;
  }

  toStatus() {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details ? { details: shown(this.details) } : {}),
      code: this.code,
    };
  }
}

/** Members without content are left out. */
const shown = ({ causes, ...details }: StatusDetails): StatusDetails => ({
  ...filled(details),
  ...(causes ? { causes: causes.map(filled) } : {}),
});

const filled = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== '')) as T; // text may be absent on the wire

/** The part of a kind its refusals name. */
interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const qualified = ({ group, plural }: Named): string => (group === '' ? plural : `${plural}.${group}`);
const qualifiedKind = ({ group, kind }: Named): string => (group === '' ? kind : `${kind}.${group}`);
const detailsOf = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export const notFound = (kind: Named, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(kind)} ${goQuoted(name)} not found`, detailsOf(kind, name));

/** For paths no resource is served at. */
export const noSuchResource = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

/** Of an object that may well exist: for a custom kind kube-apiserver answers as if it did not. */
export const noSuchSubresource = (kind: Named & { readonly custom: boolean }, name: string): StatusError =>
  kind.custom ? notFound(kind, name) : noSuchResource();

export const alreadyExists = (kind: Named, name: string, because = ''): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${because}${qualified(kind)} ${goQuoted(name)} already exists`,
    detailsOf(kind, name),
  );

export const conflict = (kind: Named, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(kind)} ${goQuoted(name)}: ${why}`,
    detailsOf(kind, name),
  );

/** The uid a request insists on is not that of the object, which has none when there is no object. */
export function otherUid(kind: Named, key: string, uid: string, found = ''): StatusError {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found}`;
  const where = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg`;
  return conflict(kind, name, `${where}: ${why}`);
}

export const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (kind: Named, name: string, why: string): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    name === ''
      ? `${qualified(kind)} is forbidden: ${why}`
      : `${qualified(kind)} ${goQuoted(name)} is forbidden: ${why}`,
    detailsOf(kind, name),
  );

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);
export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');
export const gone = (message: string, continueToken?: string): StatusError =>
  new StatusError(410, 'Expired', message, undefined, continueToken);

export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

interface MaybeCustom extends Named {
  readonly custom: boolean;
}

/** A method a subresource does not have. */
export const notSupportedAt = (kind: MaybeCustom, verb: string): StatusError =>
  kind.custom
    ? new StatusError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(kind)}"`, {
        group: kind.group,
        kind: kind.plural,
      })
    : methodNotAllowed();

export const unsupportedMediaType = (message: string): StatusError =>
  new StatusError(415, 'UnsupportedMediaType', message, {});

/** 422 with every cause; the message lists them as Kubernetes does. */
export function invalid(kind: Named, name: string, causes: readonly Cause[]): StatusError {
  const texts = [...new Set(causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)))];
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualifiedKind(kind)} ${goQuoted(name)} is invalid: ${all}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}
