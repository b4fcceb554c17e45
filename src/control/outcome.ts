import { classify, type TerminalError, type TransientError } from './errors.js';

/** What a reconcile wants to happen next. A union, so that no nonsense pair of result and error exists. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Nothing failed; look again after `afterMs`. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  /** Back off and try again. */
  | { readonly kind: 'retry'; readonly error: TransientError }
  /** Wait for an edit. */
  | { readonly kind: 'stalled'; readonly error: TerminalError };

/** Brings one key to the state of the world its objects ask for. May throw; `settle` contains it. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Outcome>;

export const done: Outcome = { kind: 'done' };
export const again = (afterMs: number, why: string): Outcome => ({ kind: 'again', afterMs, why });

/** A reconciler may throw; a settled one never does. */
export const settle =
  (reconcile: Reconcile): Reconcile =>
  async (key, signal) => {
    try {
      return await reconcile(key, signal);
    } catch (thrown) {
      const error = classify(thrown);
      return error.name === 'TerminalError' ? { kind: 'stalled', error } : { kind: 'retry', error };
    }
  };
