/**
 * Why a patch was not applied. Malformed: it can fit no object (400). Inapplicable: it does not fit this object (422).
 * TooLarge: more operations than Kubernetes takes (413).
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly reason: 'Malformed' | 'Inapplicable' | 'TooLarge';

  constructor(reason: PatchError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
