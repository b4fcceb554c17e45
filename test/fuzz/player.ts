import type { Answer, Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { DEFINITIONS, hasItsNames, isDefinition, withoutProgress } from './definition-answers.js';
import { Memory } from './memory.js';
import { type Normal, Normaliser } from './normalise.js';
import type { Step } from './step.js';

/** One server during one sequence. */
export class Player {
  readonly #wire: Wire;
  readonly #memory: Memory;
  readonly #normaliser: Normaliser;

  constructor(wire: Wire, namespace: string) {
    this.#wire = wire;
    this.#memory = new Memory(namespace);
    this.#normaliser = new Normaliser(namespace);
  }

  async play(step: Step): Promise<Normal> {
    const filled = this.#memory.fill(step);
    const { method, path, query = {}, body, raw, type, accept } = filled;
    if (query.resourceVersion === '0') await this.#catchUp(path);
    const search = new URLSearchParams(query).toString();
    const answer = await this.#wire.call(method, search ? `${path}?${search}` : path, {
      ...(raw === undefined && body === undefined ? {} : { body: raw ?? body }),
      ...(type === undefined ? {} : { type }),
      ...(accept === undefined ? {} : { accept }),
    });
    const settled = isDefinition(answer) && query.dryRun === undefined ? await this.#settled(answer) : answer;
    this.#memory.learn(filled, settled);
    const shown = isDefinition(settled)
      ? { ...settled, body: withoutProgress(settled.body, query.dryRun !== undefined) }
      : settled;
    return this.#normaliser.answer({ code: answer.code, warnings: warningsOf(answer), body: contentOf(shown) });
  }

  /** kube-apiserver accepts names in its own time. */
  async #settled({ body }: Answer): Promise<Answer> {
    const path = `${DEFINITIONS}/${body.metadata.name}`;
    let last = await this.#wire.call('GET', path);
    await until(`${path} has its names`, async () => {
      last = await this.#wire.call('GET', path);
      return hasItsNames(last.body);
    });
    return last;
  }

  /** A read of any version comes from a cache, which may lag behind. */
  async #catchUp(path: string): Promise<void> {
    const [collection] = /^.*\/namespaces\/[^/]+\/[^/]+/.exec(path) ?? [];
    if (collection === undefined) return;
    const { body } = await this.#wire.call('GET', `${collection}?limit=1`);
    const version = body.metadata?.resourceVersion;
    const waits = `resourceVersion=${version}&resourceVersionMatch=NotOlderThan`;
    if (version) await this.#wire.call('GET', `${collection}?${waits}`);
  }

  /** Makes an object that watches may end with. */
  async make(path: string, object: unknown): Promise<void> {
    const { code, body } = await this.#wire.call('POST', path, { body: object });
    if (code !== 201) throw new Error(`${path} refused the last object: ${body.message}`);
  }

  /** Everything a watch from a version tells until it tells of the object named `last`. */
  async eventsUntil(path: string, version: string, last: string, selector: string): Promise<readonly unknown[]> {
    const events: unknown[] = [];
    const query = new URLSearchParams({ watch: '1', resourceVersion: version, labelSelector: selector }).toString();
    for await (const event of this.#wire.watch(`${path}?${query}`)) {
      if (event.object.metadata?.name === last) break;
      events.push(this.#normaliser.value(event));
    }
    return events;
  }
}

/** Node joins the warnings of an answer with commas: quoted texts, which hold commas too. */
const warningsOf = ({ headers }: Answer): readonly string[] => {
  const { warning } = headers;
  return warning === undefined ? [] : warning.split(/, (?=299 )/);
};

const contentOf = ({ body, text, headers }: Answer): unknown =>
  /json/.test(headers['content-type'] ?? '') ? body : text;
