import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import type { JsonObject } from '../../src/apimachinery/json.js';
import { applyPatch } from '../../src/apimachinery/managed-fields/apply-patch.js';
import type { ManagedFieldsEntry } from '../../src/apimachinery/managed-fields/managers.js';
import {
  metadataOf,
  withManagedFields,
  withoutManagedFields,
} from '../../src/apimachinery/managed-fields/metadata-fields.js';
import { trackUpdate } from '../../src/apimachinery/managed-fields/track-update.js';
import { applyDefaults } from '../../src/apimachinery/structural/default.js';
import type { FieldError } from '../../src/apimachinery/structural/field-error.js';
import { prune } from '../../src/apimachinery/structural/prune.js';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import { validate } from '../../src/apimachinery/structural/validate.js';

// Recorded from the field manager of k8s.io/apimachinery and the validators of k8s.io/apiextensions-apiserver, both 0.36.3,
// which were given random schemas, objects and histories of writes.
const linesOf = (name: string): string[] =>
  gunzipSync(readFileSync(`test/golden/${name}.jsonl.gz`))
    .toString('utf8')
    .trim()
    .split('\n');

interface Operation {
  readonly verb: 'apply' | 'update';
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  readonly object: JsonObject;
}

interface Result {
  readonly error?: string;
  readonly object?: JsonObject;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

interface History {
  readonly operations: readonly Operation[];
  readonly results: readonly Result[];
}

/** When something was written is not compared, but whether an entry has a time is. */
const comparable = (entries: readonly ManagedFieldsEntry[]): unknown[] =>
  entries
    .map((entry) => ({ ...entry, ...(entry.time === undefined ? {} : { time: '' }) }))
    .sort((a, b) =>
      JSON.stringify([a.operation, a.manager, a.subresource]) < JSON.stringify([b.operation, b.manager, b.subresource])
        ? -1
        : 1,
    );

function write(
  live: JsonObject | undefined,
  operation: Operation,
  schema: StructuralSchema,
  second: number,
): JsonObject | string {
  const { verb, manager, force, subresource, object } = operation;
  const now = new Date(Date.UTC(2024, 0, 1, 0, 0, second));
  const common = { schema, manager, apiVersion: 'v1', subresource: subresource || undefined, hasStatus: true, now };
  if (verb === 'update') return withManagedFields(object, trackUpdate({ ...common, before: live, after: object }));
  const result = applyPatch({ ...common, live, applied: object, force });
  return result.kind === 'conflict' ? result.message : result.object;
}

const withUid = (object: JsonObject): JsonObject => ({ ...object, metadata: { ...metadataOf(object), uid: 'u' } });

test('field ownership is as the real field manager has it', (t) => {
  const [first = '', ...lines] = linesOf('managed-fields');
  const { schema } = JSON.parse(first) as { schema: StructuralSchema };
  for (const [at, line] of lines.entries()) {
    const { operations, results } = JSON.parse(line) as History;
    let live: JsonObject | undefined;
    for (const [step, operation] of operations.entries()) {
      const { error, object, managedFields = [] } = results[step] ?? {};
      const outcome = write(live, operation, schema, step);
      const where = `history ${at}, write ${step}`;
      if (typeof outcome === 'string' || error !== undefined) {
        t.true(outcome === error, `${where}: ${JSON.stringify(outcome)}`);
        continue;
      }
      live = withUid(outcome);
      t.deepEqual(withoutManagedFields(live), object, where);
      const entries = (metadataOf(live).managedFields ?? []) as ManagedFieldsEntry[];
      t.deepEqual(comparable(entries), comparable(managedFields), where);
    }
  }
});

interface Judged {
  readonly schema: StructuralSchema;
  readonly value: JsonObject;
  readonly unknown: readonly string[];
  readonly defaulted: JsonObject;
  readonly errors: readonly FieldError[];
}

const told = (errors: readonly FieldError[]): string[] =>
  errors.map(({ type, field, message }) => `${type} ${field}: ${message}`).sort();

test('pruning, defaults and field errors are as the real server has them', (t) => {
  for (const [at, line] of linesOf('validation').entries()) {
    const { schema, value, unknown, defaulted, errors } = JSON.parse(line) as Judged;
    const { value: kept, pruned } = prune(schema, value);
    t.deepEqual(pruned, [...unknown].sort(), `unknown fields of ${at}`);
    t.deepEqual(applyDefaults(schema, kept), defaulted, `defaults of ${at}`);
    t.deepEqual(told(validate(schema, defaulted)), told(errors), `errors of ${at}`);
  }
});
