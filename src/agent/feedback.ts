import type { FeedbackRule, JsonPath } from '../api/manifest-config.js';
import type { Unstructured } from '../api/meta.js';
import type { FeedbackValue, FieldValue } from '../api/work.js';

/** Finds every value a JSONPath leads to, missing keys allowed; throws when the path is not one. */
export type Query = (object: Unstructured, path: string) => readonly unknown[];

export interface FeedbackOptions {
  readonly query: Query;
  /** Report objects and lists as JSON text instead of refusing them. */
  readonly rawJson: boolean;
  readonly maxRawJsonLength: number;
}

/** Values that could be read, and what went wrong with the others. */
export interface Feedback {
  readonly values: readonly FeedbackValue[];
  readonly errors: readonly string[];
}

const WELL_KNOWN: ReadonlyMap<string, readonly JsonPath[]> = new Map([
  [
    'apps/v1 Deployment',
    [
      { name: 'ReadyReplicas', path: '.status.readyReplicas' },
      { name: 'Replicas', path: '.status.replicas' },
      { name: 'AvailableReplicas', path: '.status.availableReplicas' },
    ],
  ],
  [
    'apps/v1 DaemonSet',
    [
      { name: 'NumberReady', path: '.status.numberReady' },
      { name: 'DesiredNumberScheduled', path: '.status.desiredNumberScheduled' },
      { name: 'NumberAvailable', path: '.status.numberAvailable' },
    ],
  ],
  [
    'batch/v1 Job',
    [
      { name: 'JobComplete', path: '.status.conditions[?(@.type=="Complete")].status' },
      { name: 'JobSucceeded', path: '.status.succeeded' },
    ],
  ],
  [
    'v1 Pod',
    [
      { name: 'PodReady', path: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'PodPhase', path: '.status.phase' },
    ],
  ],
]);

/** As Go prints a GroupVersionKind. */
function printedKind({ apiVersion, kind }: Unstructured): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${group}/${version}, Kind=${kind}`;
}

const versionOf = ({ apiVersion }: Unstructured): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** As Go prints the type of a decoded JSON value. */
const goType = (value: unknown): string => {
  if (typeof value === 'number') return 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
};

function fieldValue(name: string, found: readonly unknown[], options: FeedbackOptions): FieldValue | undefined {
  const value = options.rawJson && found.length > 1 ? found : found[0];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return { type: 'Integer', integer: value };
  if (typeof value === 'string') return { type: 'String', string: value };
  if (typeof value === 'boolean') return { type: 'Boolean', boolean: value };
  if (!options.rawJson) throw new Error(`the type ${goType(value)} of the value for ${name} is not found`);
  const jsonRaw = JSON.stringify(value);
  if (jsonRaw.length > options.maxRawJsonLength)
    throw new Error(
      `the length of returned json raw string for name ${name} is larger than the maximum length ${options.maxRawJsonLength}`,
    );
  return { type: 'JsonRaw', jsonRaw };
}

function read(
  object: Unstructured,
  { name, path, version }: JsonPath,
  options: FeedbackOptions,
): FieldValue | undefined {
  if (version && version !== versionOf(object))
    throw new Error(`version set in the path ${name} is not matched for the related resource`);
  let found: readonly unknown[];
  try {
    found = options.query(object, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to parse json path ${path} of ${name} with error: ${why}`, { cause: error });
  }
  return fieldValue(name, found, options);
}

/** Evaluates every rule on the live object; a failing path does not stop the others. */
export function feedbackOf(rules: readonly FeedbackRule[], object: Unstructured, options: FeedbackOptions): Feedback {
  const values: FeedbackValue[] = [];
  const errors: string[] = [];
  for (const rule of rules) {
    const paths =
      rule.type === 'JSONPaths' ? (rule.jsonPaths ?? []) : WELL_KNOWN.get(`${object.apiVersion} ${object.kind}`);
    if (!paths) {
      errors.push(`cannot find the wellknown statuses for resource with gvk ${printedKind(object)}`);
      continue;
    }
    for (const path of paths) {
      try {
        const value = read(object, path, options);
        if (value) values.push({ name: path.name, fieldValue: value });
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { values, errors };
}

/** Several errors in one text, as Kubernetes aggregates them. */
export function aggregated(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
