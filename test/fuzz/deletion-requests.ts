import fc from 'fast-check';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import { SELECTORS } from './read-requests.js';
import { asQuery, WRITE_OPTIONS } from './request-parts.js';
import type { Step } from './step.js';
import { mostly, NAMES, optional, some } from './values.js';

const DELETE_OPTIONS = (kind: FuzzKind) =>
  NAMES.map((name) => pathOf(kind, name)).chain((path) =>
    some({
      propagationPolicy: mostly(fc.constantFrom('Foreground', 'Background', 'Orphan'), fc.constant('Odd')),
      gracePeriodSeconds: fc.constantFrom(0, 1, -1),
      orphanDependents: fc.boolean(),
      dryRun: mostly(fc.constant(['All']), fc.constantFrom<unknown[]>([], ['x'], 'All')),
      preconditions: some({
        uid: fc.constantFrom(`{uid ${path}}`, 'x'),
        resourceVersion: fc.constantFrom(`{version ${path}}`, `{older ${path}}`, 'x'),
      }),
      surplus: fc.constant(1),
      kind: fc.constantFrom('DeleteOptions', 'Odd'),
      apiVersion: fc.constantFrom('v1', 'meta.k8s.io/v1', 'x/v1'),
    }),
  );

export const deletion = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      NAMES,
      mostly(fc.constant(undefined), DELETE_OPTIONS(kind), 2),
      mostly(
        fc.constant({}),
        some({
          propagationPolicy: fc.constantFrom('Foreground', 'Odd'),
          gracePeriodSeconds: fc.constantFrom('0', 'x'),
          dryRun: WRITE_OPTIONS.dryRun,
        }),
        3,
      ),
    )
    .map(([name, body, query]) => ({
      method: 'DELETE',
      path: pathOf(kind, name),
      query: asQuery(query),
      ...(body && { body }),
    }));

export const collectionDeletion = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.tuple(some(SELECTORS), optional(DELETE_OPTIONS(kind))).map(([query, body]) => ({
    method: 'DELETE',
    path: kind.collection,
    query: asQuery(query),
    ...(body && { body }),
  }));
