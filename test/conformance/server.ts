import type { Pki } from '../../src/apiserver/pki.js';
import type { Access } from './wire.js';

/** A server the contract runs on. */
export interface ContractServer extends Access {
  /** Of an administrator. */
  readonly token: string;
  /** A kubeconfig with a client certificate of its own. */
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  /** What the server trusts: its authority for clients, and its key for tokens of service accounts. */
  readonly pki: Pki;
  /** Forgets every change until now, as servers do from time to time. */
  compact(): Promise<void>;
  close(): Promise<void>;
}
