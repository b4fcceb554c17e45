import { configMap, type Place, widget } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';

const ABSENT = { code: 404, reason: 'NotFound' } as const;
const MERGE = 'application/merge-patch+json';

/** What `npm run fuzz:api` found to be answered differently once. */
export const FUZZED_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a patch of an absent object, which nobody reads': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/none`,
    call: { body: '{', type: MERGE },
    ...ABSENT,
    message: 'configmaps "none" not found',
  },
  'an update with a misfit and a wrong name: the misfit is told': {
    method: 'PUT',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { body: { ...configMap('other'), data: 0 } },
    ...BAD,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
  },
  'binary data that is no base64': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: { ...configMap('b'), binaryData: { k: 'AQI' } } },
    ...BAD,
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0',
  },
  'a creation time that is none': {
    method: 'POST',
    path: ({ widgets }: Place) => widgets,
    call: { body: widget('b', {}, { creationTimestamp: 'x' }) },
    ...BAD,
    message:
      'Widget in version "v1" cannot be handled as a Widget: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  },
  'an update of a collection of custom objects': {
    method: 'PUT',
    path: ({ widgets }: Place) => widgets,
    call: { body: {} },
    ...BAD,
    message: 'name must be provided',
  },
  'a taken name beside a generateName': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: configMap('taken', {}, { generateName: 'gen-' }) },
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "taken" already exists, the server was not able to generate a unique name for the object',
  },
  'options of a deletion of another type': {
    method: 'DELETE',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { body: { dryRun: 'All' } },
    ...BAD,
    message: 'json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string',
  },
  'a new custom object with another kind and a generated name': {
    method: 'POST',
    path: ({ widgets }: Place) => widgets,
    call: { body: { ...widget(''), kind: 'Odd', metadata: { generateName: 'gen-' } } },
    ...INVALID,
    message: /^Odd\.contract\.example\.com "gen-[a-z0-9]{5}" is invalid: kind: Invalid value: "Odd": must be Widget$/,
    causes: ['kind'],
  },
};
