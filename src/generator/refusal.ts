/** Why there is no answer. The ApplicationSet shows the message and keeps its Applications. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: 400 | 401 | 403 | 404 | 409 | 413 | 503, message: string) {
    super(message);
    this.status = status;
  }
}
