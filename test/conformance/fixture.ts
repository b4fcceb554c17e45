import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { ContractServer } from './server.js';
import type { Json, Wire } from './wire.js';

export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

/** A kind of our own for the contract: pattern, default, bounds, int-or-string, map list, status and columns. */
export const WIDGET_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.contract.example.com' },
  spec: {
    group: 'contract.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['toys'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 10 },
                  colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
                  name: { type: 'string', pattern: '^[a-z]*$', maxLength: 5 },
                  port: { 'x-kubernetes-int-or-string': true },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['id'],
                    items: {
                      type: 'object',
                      required: ['id'],
                      properties: { id: { type: 'string' }, weight: { type: 'integer', default: 1 } },
                    },
                  },
                },
              },
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string' },
                  conditions: {
                    type: 'array',
                    items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

export const WIDGETS = '/apis/contract.example.com/v1';

export interface Place {
  readonly server: ContractServer;
  /** As an administrator. */
  readonly wire: Wire;
  /** A namespace of the test's own. */
  readonly namespace: string;
  /** Collection paths in that namespace. */
  readonly widgets: string;
  readonly configMaps: string;
}

export type Case = (t: ExecutionContext, place: Place) => Promise<void>;
export type Cases = Readonly<Record<string, Case>>;

export async function newPlace(server: ContractServer, wire: Wire): Promise<Place> {
  const namespace = `contract-${randomBytes(5).toString('hex')}`;
  await wire.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  return {
    server,
    wire,
    namespace,
    widgets: `${WIDGETS}/namespaces/${namespace}/widgets`,
    configMaps: `/api/v1/namespaces/${namespace}/configmaps`,
  };
}

export const widget = (name: string, spec: Readonly<Record<string, unknown>> = {}, metadata = {}) => ({
  apiVersion: 'contract.example.com/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec: { size: 3, ...spec },
});

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const DEPLOYMENT = {
  metadata: { name: 'd', labels: { l: '1' } },
  spec: {
    selector: { matchLabels: { app: 'd' } },
    template: {
      metadata: { labels: { app: 'd' } },
      spec: {
        containers: [
          { name: 'x', image: 'i', args: ['a'], ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] },
          { name: 'y', image: 'j' },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
        tolerations: [{ key: 'a', operator: 'Exists' }],
      },
    },
  },
};

export const deployments = ({ namespace }: Place): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
/** Of the items of a list. */
export const namesOf = (body: Json): readonly string[] => body.items.map(({ metadata }) => metadata.name);
