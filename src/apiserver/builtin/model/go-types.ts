import { memberOf } from '../../../apimachinery/json.js';

/** What Kubernetes calls the type of a field that holds texts, where that is not `string`: `<type> <model>.<field>…`. */
const NAMED_TEXTS = `
types.UID V1BoundObjectReference.uid V1ObjectMeta.uid V1ObjectReference.uid V1OwnerReference.uid V1Preconditions.uid
v1.AddressType V1EndpointSlice.addressType
v1.AppArmorProfileType V1AppArmorProfile.type
v1.AzureDataDiskCachingMode V1AzureDiskVolumeSource.cachingMode
v1.AzureDataDiskKind V1AzureDiskVolumeSource.kind
v1.Capability V1Capabilities.add V1Capabilities.drop
v1.CompletionMode V1JobSpec.completionMode
v1.ConcurrencyPolicy V1CronJobSpec.concurrencyPolicy
v1.ConditionStatus V1CertificateSigningRequestCondition.status V1Condition.status V1DaemonSetCondition.status V1DeploymentCondition.status V1NamespaceCondition.status V1NodeCondition.status V1PersistentVolumeClaimCondition.status V1PodCondition.status V1ReplicaSetCondition.status V1ReplicationControllerCondition.status V1StatefulSetCondition.status V2HorizontalPodAutoscalerCondition.status
v1.ContainerRestartPolicy V1Container.restartPolicy
v1.ContainerRestartRuleAction V1ContainerRestartRule.action
v1.ContainerRestartRuleOnExitCodesOperator V1ContainerRestartRuleOnExitCodes.operator
v1.ConversionStrategyType V1CustomResourceConversion.strategy
v1.CoordinatedLeaseStrategy V1LeaseSpec.strategy
v1.DNSPolicy V1PodSpec.dnsPolicy
v1.DaemonSetConditionType V1DaemonSetCondition.type
v1.DaemonSetUpdateStrategyType V1DaemonSetUpdateStrategy.type
v1.DeletionPropagation V1DeleteOptions.propagationPolicy
v1.DeploymentConditionType V1DeploymentCondition.type
v1.DeploymentStrategyType V1DeploymentStrategy.type
v1.FSGroupPolicy V1CSIDriverSpec.fsGroupPolicy
v1.FailurePolicyType V1MutatingWebhook.failurePolicy V1ValidatingWebhook.failurePolicy
v1.FieldSelectorOperator V1FieldSelectorRequirement.operator
v1.FieldValueErrorReason V1ValidationRule.reason
v1.FinalizerName V1NamespaceSpec.finalizers
v1.HostPathType V1HostPathVolumeSource.type
v1.IPFamily V1ServiceSpec.ipFamilies
v1.IPFamilyPolicy V1ServiceSpec.ipFamilyPolicy
v1.JobConditionType V1JobCondition.type
v1.JSONSchemaURL V1JSONSchemaProps.$schema
v1.KeyUsage V1CertificateSigningRequestSpec.usages
v1.LabelSelectorOperator V1LabelSelectorRequirement.operator
v1.LimitType V1LimitRangeItem.type
v1.LoadBalancerIPMode V1LoadBalancerIngress.ipMode
v1.ManagedFieldsOperationType V1ManagedFieldsEntry.operation
v1.MatchPolicyType V1MutatingWebhook.matchPolicy V1ValidatingWebhook.matchPolicy
v1.MountPropagationMode V1VolumeMount.mountPropagation
v1.NamespaceConditionType V1NamespaceCondition.type
v1.NamespacePhase V1NamespaceStatus.phase
v1.NodeAddressType V1NodeAddress.type
v1.NodeConditionType V1NodeCondition.type
v1.NodeInclusionPolicy V1TopologySpreadConstraint.nodeAffinityPolicy V1TopologySpreadConstraint.nodeTaintsPolicy
v1.NodePhase V1NodeStatus.phase
v1.NodeSelectorOperator V1NodeSelectorRequirement.operator
v1.OSName V1PodOS.name
v1.OperationType V1RuleWithOperations.operations
v1.PathType V1HTTPIngressPath.pathType
v1.PersistentVolumeAccessMode V1PersistentVolumeClaimSpec.accessModes V1PersistentVolumeClaimStatus.accessModes V1PersistentVolumeSpec.accessModes
v1.PersistentVolumeClaimConditionType V1PersistentVolumeClaimCondition.type
v1.PersistentVolumeClaimModifyVolumeStatus V1ModifyVolumeStatus.status
v1.PersistentVolumeClaimPhase V1PersistentVolumeClaimStatus.phase
v1.PersistentVolumeClaimRetentionPolicyType V1StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted V1StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled
v1.PersistentVolumeMode V1PersistentVolumeClaimSpec.volumeMode V1PersistentVolumeSpec.volumeMode
v1.PersistentVolumePhase V1PersistentVolumeStatus.phase
v1.PersistentVolumeReclaimPolicy V1PersistentVolumeSpec.persistentVolumeReclaimPolicy V1StorageClass.reclaimPolicy
v1.PodConditionType V1PodCondition.type V1PodReadinessGate.conditionType
v1.PodFSGroupChangePolicy V1PodSecurityContext.fsGroupChangePolicy
v1.PodFailurePolicyAction V1PodFailurePolicyRule.action
v1.PodFailurePolicyOnExitCodesOperator V1PodFailurePolicyOnExitCodesRequirement.operator
v1.PodManagementPolicyType V1StatefulSetSpec.podManagementPolicy
v1.PodPhase V1PodStatus.phase
v1.PodQOSClass V1PodStatus.qosClass
v1.PodReplacementPolicy V1JobSpec.podReplacementPolicy
v1.PodResizeStatus V1PodStatus.resize
v1.PodSELinuxChangePolicy V1PodSecurityContext.seLinuxChangePolicy
v1.PolicyType V1NetworkPolicySpec.policyTypes
v1.PreemptionPolicy V1PodSpec.preemptionPolicy
v1.ProcMountType V1SecurityContext.procMount
v1.Protocol CoreV1EndpointPort.protocol DiscoveryV1EndpointPort.protocol V1ContainerPort.protocol V1IngressPortStatus.protocol V1NetworkPolicyPort.protocol V1PortStatus.protocol V1ServicePort.protocol
v1.PullPolicy V1Container.imagePullPolicy V1ImageVolumeSource.pullPolicy
v1.RecursiveReadOnlyMode V1VolumeMount.recursiveReadOnly V1VolumeMountStatus.recursiveReadOnly
v1.ReinvocationPolicyType V1MutatingWebhook.reinvocationPolicy
v1.ReplicaSetConditionType V1ReplicaSetCondition.type
v1.ReplicationControllerConditionType V1ReplicationControllerCondition.type
v1.RequestConditionType V1CertificateSigningRequestCondition.type
v1.ResourceHealthStatus V1ResourceHealth.health
v1.ResourceID V1ResourceHealth.resourceID
v1.ResourceName V1ContainerResizePolicy.resourceName V1ResourceStatus.name V2ContainerResourceMetricSource.name V2ContainerResourceMetricStatus.name V2ResourceMetricSource.name V2ResourceMetricStatus.name
v1.ResourceQuotaScope V1ResourceQuotaSpec.scopes V1ScopedResourceSelectorRequirement.scopeName
v1.ResourceResizeRestartPolicy V1ContainerResizePolicy.restartPolicy
v1.RestartPolicy V1PodSpec.restartPolicy
v1.ScopeSelectorOperator V1ScopedResourceSelectorRequirement.operator
v1.SeccompProfileType V1SeccompProfile.type
v1.SecretType V1Secret.type
v1.ServiceAffinity V1ServiceSpec.sessionAffinity
v1.ServiceExternalTrafficPolicy V1ServiceSpec.externalTrafficPolicy
v1.ServiceInternalTrafficPolicy V1ServiceSpec.internalTrafficPolicy
v1.ServiceType V1ServiceSpec.type
v1.SideEffectClass V1MutatingWebhook.sideEffects V1ValidatingWebhook.sideEffects
v1.Signal V1ContainerStatus.stopSignal V1Lifecycle.stopSignal
v1.StatefulSetConditionType V1StatefulSetCondition.type
v1.StatefulSetUpdateStrategyType V1StatefulSetUpdateStrategy.type
v1.StorageMedium V1EmptyDirVolumeSource.medium
v1.SupplementalGroupsPolicy V1PodSecurityContext.supplementalGroupsPolicy
v1.TaintEffect V1Taint.effect V1Toleration.effect
v1.ResourceScope V1CustomResourceDefinitionSpec.scope
v1.TerminationMessagePolicy V1Container.terminationMessagePolicy
v1.TolerationOperator V1Toleration.operator
v1.URIScheme V1HTTPGetAction.scheme
v1.UnhealthyPodEvictionPolicyType V1PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy
v1.UniqueVolumeName V1AttachedVolume.name V1NodeStatus.volumesInUse
v1.UnsatisfiableConstraintAction V1TopologySpreadConstraint.whenUnsatisfiable
v1.VolumeBindingMode V1StorageClass.volumeBindingMode
v1.VolumeLifecycleMode V1CSIDriverSpec.volumeLifecycleModes
v2.HPAScalingPolicyType V2HPAScalingPolicy.type
v2.HorizontalPodAutoscalerConditionType V2HorizontalPodAutoscalerCondition.type
v2.MetricSourceType V2MetricSpec.type V2MetricStatus.type
v2.MetricTargetType V2MetricTarget.type
v2.ScalingPolicySelect V2HPAScalingRules.selectPolicy
`;

const NAMED: ReadonlyMap<string, string> = new Map(
  NAMED_TEXTS.trim()
    .split('\n')
    .flatMap((line) => {
      const [type = '', ...fields] = line.split(' ');
      return fields.map((field) => [field, type] as const);
    }),
);

/** Maps and lists whose type has a name. */
const NAMED_MANY: Readonly<Record<string, string>> = {
  'V1JSONSchemaProps.definitions': 'v1.JSONSchemaDefinitions',
  'V1JSONSchemaProps.dependencies': 'v1.JSONSchemaDependencies',
  'V1JSONSchemaProps.x-kubernetes-validations': 'v1.ValidationRules',
};

/** Structs whose fields belong to another one in JSON; Go names them on the way to a field all the same. */
const INLINED: Readonly<Record<string, string>> = { 'V1IngressRule.http': 'IngressRuleValue' };

/** The way to a field, as Go's decoder tells it, from its struct on. */
export function wayTo(model: string, field: string): readonly string[] {
  const inlined = memberOf(INLINED, `${model}.${field}`);
  return inlined === undefined ? [field] : [inlined, field];
}

const GO_TYPES: Readonly<Record<string, string>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  n: 'float64',
  b: 'bool',
  y: '[]uint8',
  u: 'uint8',
  a: 'v1.JSON',
};

/** What Go calls the type of the values of a field. */
export function goTypeOf(code: string, model: string, field: string): string {
  const many = /^[[{]/.test(code) ? memberOf(NAMED_MANY, `${model}.${field}`) : undefined;
  if (many !== undefined) return many;
  if (code.startsWith('[')) return `[]${goTypeOf(code.slice(1), model, field)}`;
  if (code === '{q') return 'v1.ResourceList';
  if (code.startsWith('{')) return `map[string]${goTypeOf(code.slice(1), model, field)}`;
  if (code === 's') return NAMED.get(`${model}.${field}`) ?? 'string';
  return GO_TYPES[code] ?? `${/V\d(?:(?:alpha|beta)\d)?/.exec(code)?.[0].toLowerCase() ?? 'v1'}.${goName(code)}`;
}

/** What Go calls the struct of a model. */
export const goName = (model: string): string =>
  model.replace(
    /^(Core|Events|Discovery|Rbac|Authentication|Admissionregistration|Apiextensions)?V\d(alpha\d|beta\d)?/,
    '',
  );
