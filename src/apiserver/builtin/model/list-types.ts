/**
 * How lists merge: `<model>.<field>` → `map <key,…>` or `set`, and after a `|` the key strategic merge patches match by.
 * A list that is absent here is atomic.
 */
export const LIST_TYPES: Readonly<Record<string, string>> = {
  'V1ObjectMeta.ownerReferences': 'map uid|uid',
  'V1ObjectMeta.finalizers': 'set|',
  'V1PodSpec.containers': 'map name|name',
  'V1PodSpec.initContainers': 'map name|name',
  'V1PodSpec.ephemeralContainers': 'map name|name',
  'V1PodSpec.volumes': 'map name|name',
  'V1PodSpec.imagePullSecrets': 'map name|name',
  'V1PodSpec.hostAliases': 'map ip|ip',
  'V1PodSpec.topologySpreadConstraints': 'map topologyKey,whenUnsatisfiable|topologyKey',
  'V1PodSpec.schedulingGates': 'map name|name',
  'V1PodSpec.resourceClaims': 'map name|name',
  'V1Container.ports': 'map containerPort,protocol|containerPort',
  'V1Container.env': 'map name|name',
  'V1Container.volumeMounts': 'map mountPath|mountPath',
  'V1Container.volumeDevices': 'map devicePath|devicePath',
  'V1EphemeralContainer.ports': 'map containerPort,protocol|containerPort',
  'V1EphemeralContainer.env': 'map name|name',
  'V1EphemeralContainer.volumeMounts': 'map mountPath|mountPath',
  'V1EphemeralContainer.volumeDevices': 'map devicePath|devicePath',
  'V1ResourceRequirements.claims': 'map name',
  'V1PodStatus.conditions': 'map type|type',
  'V1PodStatus.podIPs': 'map ip|ip',
  'V1ServiceSpec.ports': 'map port,protocol|port',
  'V1ServiceStatus.conditions': 'map type|type',
  'V1ServiceAccount.secrets': 'map name|name',
  'V1NamespaceStatus.conditions': 'map type|type',
  'V1NodeSpec.podCIDRs': 'set|',
  'V1NodeStatus.addresses': 'map type|type',
  'V1NodeStatus.conditions': 'map type|type',
  'V1PersistentVolumeClaimStatus.conditions': 'map type|type',
  'V1ReplicationControllerStatus.conditions': 'map type|type',
  'V1DaemonSetStatus.conditions': 'map type|type',
  'V1DeploymentStatus.conditions': 'map type|type',
  'V1ReplicaSetStatus.conditions': 'map type|type',
  'V1StatefulSetStatus.conditions': 'map type|type',
  'V1JobStatus.conditions': '|type',
  'V1PodFailurePolicyOnExitCodesRequirement.values': 'set',
  'V1PodDisruptionBudgetStatus.conditions': 'map type|type',
  'V2HorizontalPodAutoscalerStatus.conditions': 'map type|type',
  'V1Endpoint.addresses': 'set',
  'V1CertificateSigningRequestStatus.conditions': 'map type',
  'V1CustomResourceDefinitionStatus.conditions': 'map type',
  'V1MutatingWebhookConfiguration.webhooks': 'map name|name',
  'V1ValidatingWebhookConfiguration.webhooks': 'map name|name',
  'V1MutatingWebhook.matchConditions': 'map name|name',
  'V1ValidatingWebhook.matchConditions': 'map name|name',
  'V1CSINodeSpec.drivers': 'map name|name',
  'V1CSIDriverSpec.volumeLifecycleModes': 'set',
  'V1ContainerRestartRuleOnExitCodes.values': 'set',
  'V1ContainerStatus.allocatedResourcesStatus': 'map name|name',
  'V1ContainerStatus.volumeMounts': 'map mountPath|mountPath',
  'V1ResourceStatus.resources': 'map resourceID',
  'V1PodStatus.hostIPs': '|ip',
  'V1PodStatus.resourceClaimStatuses': 'map name|name',
  'V1NodeAllocatableResourceClaimStatus.containers': 'set',
  'V1UncountedTerminatedPods.failed': 'set',
  'V1UncountedTerminatedPods.succeeded': 'set',
};

/** Objects one manager owns as a whole. */
export const ATOMIC_MODELS: ReadonlySet<string> = new Set([
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1ObjectReference',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1SecretKeySelector',
  'V1ConfigMapKeySelector',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1TypedLocalObjectReference',
  'V1SecretReference',
  'V1ScopeSelector',
  'V1TopologySelectorTerm',
  'V1RoleRef',
  'RbacV1Subject',
  'V1EndpointAddress',
  'V1CrossVersionObjectReference',
  'V1FileKeySelector',
  'V1ServiceBackendPort',
  'CoreV1EndpointPort',
  'DiscoveryV1EndpointPort',
]);

/** Maps one manager owns as a whole. */
export const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  'V1ServiceSpec.selector',
  'V1PodSpec.nodeSelector',
  'V1ReplicationControllerSpec.selector',
  'V1Scheduling.nodeSelector',
]);

/** Objects of which a strategic merge patch drops the members it does not name in `$retainKeys`. */
export const RETAIN_KEYS: ReadonlySet<string> = new Set([
  'V1DeploymentSpec.strategy',
  'V1PodSpec.volumes',
  'V1PodSpec.resourceClaims',
  'V1PodStatus.resourceClaimStatuses',
]);

/** Objects that a strategic merge patch replaces. */
export const REPLACED: ReadonlySet<string> = new Set(['V1PodDisruptionBudgetSpec.selector']);

/** Objects each member of which has owners, whatever their type says. */
export const GRANULAR: ReadonlySet<string> = new Set([
  'V1PersistentVolumeSpec.claimRef',
  'V1PersistentVolumeClaimStatus.allocatedResourceStatuses',
]);
