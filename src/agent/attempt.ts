import { redact } from '../control/redact.js';
import { ApiError } from '../kube/client.js';
import { isFieldConflict } from './apply.js';
import { DENIED_RETRY_MS, ExecutorDenied } from './executor.js';
import { IgnoreFieldError } from './ignore-fields.js';
import type { Applied } from './status.js';

/** How applying one manifest last ended, and on what that rests. */
export type Attempt =
  | {
      readonly ok: true;
      readonly uid: string;
      readonly digest: string;
      readonly resourceVersion: string;
      readonly at: number;
      /** How often in a row it had to be sent again soon after. */
      readonly corrections: number;
      /** Generation and labels of the work when it was last found so. */
      readonly mark: string;
    }
  | {
      readonly ok: false;
      /** Of the live object when it was tried; another one is worth another try. */
      readonly digest: string;
      readonly applied: Applied;
      readonly failures: number;
      /** Milliseconds of the monotonic clock; infinite when only a change can help. */
      readonly retryAt: number;
    };

const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 60_000;
export const CALM_WINDOW_MS = 10_000;
const CALM_MAX_MS = 300_000;
const FREE_CORRECTIONS = 5;

/** How long an object that keeps being changed is left alone. */
export const calmMs = (corrections: number): number =>
  corrections <= FREE_CORRECTIONS ? 0 : Math.min(CALM_MAX_MS, 500 * 2 ** Math.min(corrections - FREE_CORRECTIONS, 16));

const failure = (reason: 'AppliedManifestFailed' | 'AppliedManifestSSAIgnoreFieldError', message: string): Applied => ({
  ok: false,
  reason,
  message,
});

/** A server or proxy that answers without a Status is put in the words kubectl users know. */
function textOf(error: unknown): string {
  if (error instanceof ApiError && error.status.kind !== 'Status') {
    if (error.code === 404) return 'the server could not find the requested resource';
    if (error.code === 405) return 'the server does not allow this method on the requested resource';
  }
  return error instanceof Error ? error.message : String(error);
}

/** What a failure says in the condition of its manifest. */
export const appliedOf = (error: unknown): Applied =>
  error instanceof IgnoreFieldError
    ? failure('AppliedManifestSSAIgnoreFieldError', error.message)
    : failure('AppliedManifestFailed', `Failed to apply manifest: ${redact(textOf(error))}`);

/** When a failed manifest is worth another try; never when only a change can help. */
export const retryMs = (error: unknown, failures: number): number => {
  if (error instanceof ExecutorDenied) return DENIED_RETRY_MS;
  if (isFieldConflict(error)) return Number.POSITIVE_INFINITY;
  return Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(failures, 20));
};
