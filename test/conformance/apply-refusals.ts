import { APPLY, configMap, type Place, widget } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';

type Rest = Omit<Refusal, 'method' | 'path' | 'call'>;

const apply = (body: unknown, rest: Rest, query = 'fieldManager=m'): Refusal => ({
  method: 'PATCH',
  path: ({ widgets }: Place) => `${widgets}/new?${query}`,
  call: { body, type: APPLY },
  ...rest,
});

const applyBuiltin = (body: unknown, rest: Rest): Refusal => ({
  ...apply(body, rest),
  path: ({ configMaps }) => `${configMaps}/new?fieldManager=m`,
});

const WIDGET = '(/new; contract.example.com/v1, Kind=Widget)';
const untyped = (what: string, problem: string): Rest => ({
  code: 500,
  reason: '',
  message: `failed to create typed patch object ${what}: ${problem}`,
});

export const APPLY_REFUSALS: Readonly<Record<string, Refusal>> = {
  'an apply by a manager with a name of 129 bytes': apply(
    widget('new'),
    {
      ...INVALID,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
      causes: ['fieldManager'],
    },
    `fieldManager=${'m'.repeat(129)}`,
  ),
  'an apply by a manager with a line break, whose position is told in bytes': apply(
    widget('new'),
    {
      ...INVALID,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "é\\n": invalid character U+000A (at position 2)',
      causes: ['fieldManager'],
    },
    'fieldManager=%C3%A9%0A',
  ),
  'an apply without a kind': apply(
    { ...widget('new'), kind: undefined },
    { ...BAD, message: 'invalid object type: contract.example.com/v1, Kind=' },
  ),
  'an apply of another kind': applyBuiltin(
    { ...configMap('new'), kind: 'Secret' },
    { ...BAD, message: 'invalid object type: /v1, Kind=Secret' },
  ),
  'an apply without a name': applyBuiltin(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { ...BAD, message: 'the name of the object (new based on URL) was undeterminable: name must be provided' },
  ),
  'an apply to another name': apply(widget('other'), {
    ...BAD,
    message: 'the name of the object (other) does not match the name on the URL (new)',
  }),
  'an apply of a list': apply([], {
    ...BAD,
    message:
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
  }),
  'an apply of nothing': apply('', { ...BAD, message: 'invalid object type: /, Kind=' }),
  'an apply that says who owns what': apply(widget('new', {}, { managedFields: [{ manager: 'x' }] }), {
    ...BAD,
    message: 'metadata.managedFields must be nil',
  }),
  'an apply of text for a number': apply(
    widget('new', { size: 'x' }),
    untyped(WIDGET, '.spec.size: expected numeric (int or float), got string'),
  ),
  'an apply of a map for a list': apply(
    widget('new', { parts: { a: 1 } }),
    untyped(WIDGET, '.spec.parts: expected list, got &{map[a:1]}'),
  ),
  'an apply with one key twice': apply(
    widget('new', { parts: [{ id: 'x' }, { id: 'x', weight: 2 }] }),
    untyped(WIDGET, '.spec.parts: duplicate entries for key [id="x"]'),
  ),
  'an apply with an item without its key': apply(
    widget('new', { parts: [{ weight: 2 }] }),
    untyped(
      WIDGET,
      `.spec.parts: element 0: associative list with keys has an element that omits all key fields ["id"] (and doesn't have default values for any key fields)`,
    ),
  ),
  'an apply of a number for text, in a built-in kind': applyBuiltin(
    { ...configMap('new'), data: { a: 1 } },
    untyped('(/new; /v1, Kind=ConfigMap)', '.data.a: expected string, got &value.valueUnstructured{Value:1}'),
  ),
};
