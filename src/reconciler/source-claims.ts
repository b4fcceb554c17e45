/** Which source of this process owns which object: known at once, while the hub's caches may still show the world before. */
export class Claims {
  readonly #owners = new Map<string, string>();

  /** Another source that claims the object. */
  rival(id: string, source: string): string | undefined {
    const owner = this.#owners.get(id);
    return owner === source ? undefined : owner;
  }

  /** Claims all of them. The result gives back those that were not claimed before. */
  take(source: string, ids: readonly string[]): () => void {
    const taken = ids.filter((id) => !this.#owners.has(id));
    for (const id of taken) this.#owners.set(id, source);
    return () => {
      for (const id of taken) this.#owners.delete(id);
    };
  }

  /** Gives back everything of the source but these. */
  keep(source: string, ids: ReadonlySet<string>): void {
    for (const [id, owner] of this.#owners) if (owner === source && !ids.has(id)) this.#owners.delete(id);
  }
}
