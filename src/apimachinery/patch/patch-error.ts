/**
 * Why a patch was not applied. BadFormat: a directive cannot be read (400). Malformed: it contradicts itself (500).
 * Inapplicable: it does not fit this object (422).
 * TooLarge: more operations than Kubernetes takes (413).
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly reason: 'BadFormat' | 'Malformed' | 'Inapplicable' | 'TooLarge';

  constructor(reason: PatchError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
