import type { Unstructured } from '../../api/meta.js';
import type { PrinterColumn } from '../../api/resource.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';

/** The parts of an `apiextensions.k8s.io/v1` CustomResourceDefinition the server reads. */
export interface Definition {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: {
    readonly plural: string;
    readonly kind: string;
    readonly singular?: string;
    readonly listKind?: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  readonly versions: readonly DefinedVersion[];
}

export interface DefinedVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

// The CRD was validated before it was stored.
export const definitionOf = (crd: Unstructured): Definition => crd.spec as Definition;
