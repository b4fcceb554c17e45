import { TerminalError, TransientError } from '../control/errors.js';

/** Why a source is not ready, as a condition's reason. */
export type FailureReason =
  | 'AuthenticationFailed'
  | 'CertificateNotTrusted'
  | 'Failed'
  | 'GitFailed'
  | 'GitTooOld'
  | 'HostKeyNotTrusted'
  | 'HubRefused'
  | 'InvalidSpec'
  | 'LimitExceeded'
  | 'RefNotFound'
  | 'RepositoryNotFound'
  | 'RedirectRefused'
  | 'SecretInvalid'
  | 'Timeout'
  | 'Unreachable';

const REASONS = new WeakMap<Error, FailureReason>();

/** Needs an edit of the source, its Secret or the repository. */
export function terminal(reason: FailureReason, message: string, cause?: unknown): TerminalError {
  const error = new TerminalError(message, cause === undefined ? {} : { cause });
  REASONS.set(error, reason);
  return error;
}

/** May go away by itself. */
export function transient(reason: FailureReason, message: string, cause?: unknown): TransientError {
  const error = new TransientError(message, cause === undefined ? {} : { cause });
  REASONS.set(error, reason);
  return error;
}

export const failureReason = (error: Error): FailureReason =>
  REASONS.get(error) ?? (error instanceof TerminalError ? 'InvalidSpec' : 'Failed');
