import type { PrioritizerConfig, PrioritizerPolicy } from '../api/placement.js';
import { Misconfigured, type Scorer } from './plugin.js';
import { addOn } from './scorers/addon.js';

export interface Weighted {
  readonly scorer: Scorer;
  readonly weight: number;
}

interface Entry {
  readonly coordinate: PrioritizerConfig['scoreCoordinate'];
  readonly weight: number;
}

const DEFAULTS: readonly Entry[] = ['Balance', 'Steady'].map((builtIn) => ({
  coordinate: { type: 'BuiltIn', builtIn },
  weight: 1,
}));

/** The scorers a policy asks for; throws `Misconfigured` for the first that cannot run. */
export function prioritizers(
  policy: PrioritizerPolicy | undefined,
  builtIns: ReadonlyMap<string, Scorer>,
): readonly Weighted[] {
  const mode = policy?.mode || 'Additive';
  if (mode !== 'Additive' && mode !== 'Exact') {
    throw new Misconfigured('', `incorrect prioritizer policy mode: ${mode}`);
  }
  const entries = mode === 'Additive' ? [...DEFAULTS] : [];
  for (const { scoreCoordinate, weight } of policy?.configurations ?? []) {
    if (!scoreCoordinate) throw new Misconfigured('', 'scoreCoordinate field is required');
    const entry = { coordinate: scoreCoordinate, weight };
    const same = entries.findIndex(({ coordinate }) => isSame(coordinate, scoreCoordinate));
    if (same < 0) entries.push(entry);
    else entries[same] = entry;
  }
  return entries
    .filter(({ weight }) => weight !== 0)
    .map(({ coordinate, weight }) => ({ scorer: scorerOf(coordinate, builtIns), weight }));
}

/** Entries with an add-on never replace one another, not even equal ones: each of them counts. */
const isSame = (a: Entry['coordinate'], b: Entry['coordinate']): boolean =>
  !a.addOn && !b.addOn && a.type === b.type && a.builtIn === b.builtIn;

function scorerOf({ type, builtIn = '', addOn: source }: Entry['coordinate'], builtIns: ReadonlyMap<string, Scorer>) {
  if (type === 'BuiltIn') {
    const scorer = builtIns.get(builtIn);
    if (!scorer) throw new Misconfigured('', `incorrect builtin prioritizer: ${builtIn}`);
    return scorer;
  }
  if (!source) throw new Misconfigured('', 'addOn should not be empty');
  return addOn(source.resourceName, source.scoreName);
}
