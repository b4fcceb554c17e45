package main

import (
	"context"
	"fmt"
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
)

func deployment(lab *Lab, replicas int32, image string) *appsac.DeploymentApplyConfiguration {
	labels := map[string]string{"app": "web"}
	container := coreac.Container().WithName("main").WithImage(image)
	template := coreac.PodTemplateSpec().WithLabels(labels).WithSpec(coreac.PodSpec().WithContainers(container))
	selector := metaac.LabelSelector().WithMatchLabels(labels)
	spec := appsac.DeploymentSpec().WithReplicas(replicas).WithSelector(selector).WithTemplate(template)
	return appsac.Deployment("web", lab.namespace).WithLabels(labels).WithSpec(spec)
}

// apply: typed apply configurations of several managers: conflicts, force, giving up fields, status, and many at once.
func apply(ctx context.Context, lab *Lab) (Facts, error) {
	deployments := lab.client.AppsV1().Deployments(lab.namespace)
	if _, err := deployments.Apply(ctx, deployment(lab, 2, "nginx:1"), metav1.ApplyOptions{FieldManager: "owner"}); err != nil {
		return nil, err
	}
	_, conflict := deployments.Apply(ctx, deployment(lab, 3, "nginx:2"), metav1.ApplyOptions{FieldManager: "rival"})
	if !apierrors.IsConflict(conflict) {
		return nil, fmt.Errorf("a rival's apply was answered with %v", conflict)
	}
	forced, err := deployments.Apply(ctx, deployment(lab, 3, "nginx:2"), metav1.ApplyOptions{FieldManager: "rival", Force: true})
	if err != nil {
		return nil, err
	}
	kept, err := appsac.ExtractDeployment(forced, "owner")
	if err != nil {
		return nil, err
	}
	extracted, err := appsac.ExtractDeployment(forced, "rival")
	if err != nil {
		return nil, err
	}
	again, err := deployments.Apply(ctx, extracted, metav1.ApplyOptions{FieldManager: "rival"})
	if err != nil {
		return nil, err
	}
	less := deployment(lab, 0, "nginx:2")
	less.Spec.Replicas = nil
	given, err := deployments.Apply(ctx, less, metav1.ApplyOptions{FieldManager: "rival"})
	if err != nil {
		return nil, err
	}
	status := appsac.Deployment("web", lab.namespace).WithStatus(appsac.DeploymentStatus().WithObservedGeneration(7).WithReplicas(1))
	shown, err := deployments.ApplyStatus(ctx, status, metav1.ApplyOptions{FieldManager: "reporter"})
	if err != nil {
		return nil, err
	}
	labels, err := labelAtOnce(ctx, lab)
	if err != nil {
		return nil, err
	}
	return Facts{
		"conflict":   conflict.Error(),
		"managers":   managersOf(shown),
		"ownerKeeps": kept.Spec == nil || kept.Spec.Replicas == nil,
		"unchanged":  again.ResourceVersion == forced.ResourceVersion,
		"replicas":   *given.Spec.Replicas,
		"observed":   shown.Status.ObservedGeneration,
		"labels":     labels,
	}, nil
}

func managersOf(object *appsv1.Deployment) []string {
	names := []string{}
	for _, entry := range object.ManagedFields {
		names = append(names, fmt.Sprintf("%s %s %s %s", entry.Manager, entry.Operation, entry.Subresource, entry.FieldsV1.GetRawString()))
	}
	sort.Strings(names)
	return names
}

// labelAtOnce has many managers each apply a label of its own to one object.
func labelAtOnce(ctx context.Context, lab *Lab) (int, error) {
	err := parallel(counters, func(i int) error {
		name := fmt.Sprintf("manager-%d", i)
		mine := coreac.ConfigMap("shared", lab.namespace).WithLabels(map[string]string{name: "here"}).WithData(map[string]string{name: "1"})
		_, err := lab.client.CoreV1().ConfigMaps(lab.namespace).Apply(ctx, mine, metav1.ApplyOptions{FieldManager: name})
		return err
	})
	if err != nil {
		return 0, err
	}
	object, err := lab.client.CoreV1().ConfigMaps(lab.namespace).Get(ctx, "shared", metav1.GetOptions{})
	if err != nil {
		return 0, err
	}
	if len(object.Data) != len(object.Labels) || len(object.ManagedFields) != counters {
		return 0, fmt.Errorf("%d data, %d labels, %d managers", len(object.Data), len(object.Labels), len(object.ManagedFields))
	}
	return len(object.Labels), nil
}
