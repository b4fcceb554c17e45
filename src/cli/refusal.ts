/** A command did its work and the answer is no: exit code 1, and the reason is printed already. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
