import type { TestFn } from 'ava';
import { until } from '../until.js';
import { ACCESS_CASES } from './access.js';
import { APPLY_CASES } from './apply.js';
import { APPLY_REFUSALS } from './apply-refusals.js';
import { AUTHENTICATION_CASES } from './authentication.js';
import { BUILT_IN_CASES } from './built-in-kinds.js';
import { BUILT_IN_REFUSALS } from './built-in-refusals.js';
import { CERTIFICATE_CASES } from './certificates.js';
import { CLIENT_CASES } from './clients.js';
import { CONVERSION_CASES, CONVERSION_REFUSALS } from './conversions.js';
import { CREDENTIAL_CASES } from './credentials.js';
import { CUSTOM_RESOURCE_CASES } from './custom-resources.js';
import { DEFINITION_REFUSALS } from './definition-refusals.js';
import { CRDS, DEFINITION_CASES } from './definitions.js';
import { DELETE_REFUSALS } from './delete-refusals.js';
import { DELETION_CASES } from './deletion.js';
import { DELETE_CASES } from './deletions.js';
import { DISCOVERY_CASES } from './discovery.js';
import { ENCODING_CASES } from './encodings.js';
import { DRY_RUN_CASES, FIELD_VALIDATION_CASES } from './field-validation.js';
import { configMap, newPlace, WIDGET_CRD, WIDGETS, widget } from './fixture.js';
import { FORM_CASES } from './forms.js';
import { FUZZED_CASES, FUZZED_REFUSALS } from './fuzzed.js';
import { FUZZED_KIND_CASES, FUZZED_KIND_REFUSALS } from './fuzzed-kinds.js';
import { FUZZED_SCHEMA_CASES, FUZZED_SCHEMA_REFUSALS } from './fuzzed-schemas.js';
import { LIST_REFUSALS } from './list-refusals.js';
import { LIST_CASES } from './lists.js';
import { MEMBER_NAME_CASES, MEMBER_NAME_REFUSALS } from './member-names.js';
import { METADATA_CASES } from './metadata.js';
import { METADATA_REFUSALS } from './metadata-refusals.js';
import { NAMESPACE_CASES } from './namespaces.js';
import { OBJECT_CASES } from './objects.js';
import { ODD_VALUE_CASES, ODD_VALUE_REFUSALS } from './odd-values.js';
import { OWNERSHIP_CASES } from './ownership.js';
import { COMPACTION_CASES, PAGING_CASES } from './paging.js';
import { PATCH_CASES, PATCH_REFUSALS } from './patches.js';
import { REFUSALS } from './refusals.js';
import { REVIEW_CASES } from './reviews.js';
import { RIGHTS_CASES } from './rights.js';
import { RULE_CASES } from './rules.js';
import { SCHEMA_REFUSALS } from './schema-refusals.js';
import type { ContractServer } from './server.js';
import { SHAPE_CRD, SHAPES } from './shapes.js';
import { UNREADABLE_REFUSALS } from './unreadable.js';
import { URL_CASES } from './urls.js';
import { WATCH_CASES } from './watches.js';
import { Wire } from './wire.js';
import { WORKLOAD_REFUSAL_CASES } from './workload-refusals.js';
import { WORKLOAD_CASES } from './workloads.js';
import { ZERO_VALUE_CASES } from './zero-values.js';

const REAL = 'kube-apiserver';
const CASES = {
  ...OBJECT_CASES,
  ...METADATA_CASES,
  ...CUSTOM_RESOURCE_CASES,
  ...RULE_CASES,
  ...APPLY_CASES,
  ...PATCH_CASES,
  ...FIELD_VALIDATION_CASES,
  ...DRY_RUN_CASES,
  ...LIST_CASES,
  ...PAGING_CASES,
  ...FORM_CASES,
  ...WATCH_CASES,
  ...DISCOVERY_CASES,
  ...DELETE_CASES,
  ...DELETION_CASES,
  ...OWNERSHIP_CASES,
  ...NAMESPACE_CASES,
  ...ACCESS_CASES,
  ...AUTHENTICATION_CASES,
  ...CREDENTIAL_CASES,
  ...URL_CASES,
  ...ENCODING_CASES,
  ...RIGHTS_CASES,
  ...REVIEW_CASES,
  ...CERTIFICATE_CASES,
  ...CLIENT_CASES,
  ...FUZZED_CASES,
  ...ODD_VALUE_CASES,
  ...FUZZED_SCHEMA_CASES,
  ...CONVERSION_CASES,
  ...FUZZED_KIND_CASES,
  ...MEMBER_NAME_CASES,
  ...ZERO_VALUE_CASES,
  ...BUILT_IN_CASES,
  ...WORKLOAD_CASES,
  ...WORKLOAD_REFUSAL_CASES,
};

const ALL_REFUSALS = {
  ...REFUSALS,
  ...METADATA_REFUSALS,
  ...APPLY_REFUSALS,
  ...PATCH_REFUSALS,
  ...LIST_REFUSALS,
  ...DELETE_REFUSALS,
  ...DEFINITION_REFUSALS,
  ...FUZZED_REFUSALS,
  ...FUZZED_KIND_REFUSALS,
  ...ODD_VALUE_REFUSALS,
  ...FUZZED_SCHEMA_REFUSALS,
  ...SCHEMA_REFUSALS,
  ...CONVERSION_REFUSALS,
  ...UNREADABLE_REFUSALS,
  ...MEMBER_NAME_REFUSALS,
  ...BUILT_IN_REFUSALS,
};

/** Registers every case of the API contract, to be run on the server that `start` gives. */
export function contract(test: TestFn, server: string, start: () => Promise<ContractServer>): void {
  let wire: Wire;
  let started: ContractServer;

  test.before(`${server} starts`, async (t) => {
    started = await start();
    wire = new Wire(started);
    for (const [body, at] of [
      [WIDGET_CRD, `${WIDGETS}/widgets`],
      [SHAPE_CRD, `${SHAPES}/shapes`],
    ] as const) {
      const { code, body: answer } = await wire.call('POST', CRDS, { body });
      if (code !== 201) throw new Error(answer.message);
      await until(`${at} is served`, async () => (await wire.call('GET', at)).code === 200);
    }
    t.pass();
  });

  test.after.always(`${server} stops`, async () => {
    wire?.close();
    await started?.close();
  });

  // Alone and first: what they forget, others may be about to go on from.
  for (const [title, run] of Object.entries(COMPACTION_CASES)) {
    test.serial(`${server}: ${title}`, async (t) => run(t, await newPlace(started, wire)));
  }

  // CRDs that come and go make kube-controller-manager wait before it looks at what is in a namespace: those cases come first.
  for (const [title, run] of Object.entries(DEFINITION_CASES)) {
    test.serial(`${server}: ${title}`, async (t) => run(t, await newPlace(started, wire)));
  }

  for (const [title, run] of Object.entries(CASES)) {
    test(`${server}: ${title}`, async (t) => run(t, await newPlace(started, wire)));
  }

  for (const [what, { method, path, call, code, reason, message, causes, embeddedOnly }] of Object.entries(
    ALL_REFUSALS,
  )) {
    const title = `${server}: refused with ${code}: ${what}`;
    if (server === REAL && embeddedOnly) {
      test.skip(`${title} (${embeddedOnly})`, (t) => t.fail(embeddedOnly));
      continue;
    }
    test(title, async (t) => {
      const place = await newPlace(started, wire);
      await wire.call('POST', place.widgets, { body: widget('taken') });
      await wire.call('POST', place.configMaps, { body: configMap('taken') });
      const { code: got, body } = await wire.call(method, path(place), call);
      t.is(got, code, body.message);
      t.is(body.kind, 'Status');
      t.is<unknown, unknown>(body.status, 'Failure');
      t.is(body.code, code);
      t.is(body.reason ?? '', reason);
      if (typeof message === 'string') t.is(body.message, message);
      else t.regex(body.message, message);
      if (causes) t.deepEqual(body.details.causes.map(({ field }) => field).sort(), [...causes].sort());
    });
  }
}
