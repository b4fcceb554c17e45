import type { Unstructured } from '../api/meta.js';
import type { User } from './identity.js';
import type { Kind } from './kind.js';
import type { LocalApi } from './local-api.js';

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete';
  readonly kind: Kind;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: User;
  readonly object: Unstructured | undefined;
  readonly before: Unstructured | undefined;
  readonly local: LocalApi;
}

/** A built-in rule that may refuse a write by throwing a StatusError; it changes nothing. */
export type Admission = (request: AdmissionRequest) => void;
