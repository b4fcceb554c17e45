package main

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
)

var crds = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

type object = map[string]any

// define makes the server serve the kind Gadget in a group of the case's own.
func define(ctx context.Context, lab *Lab, client dynamic.Interface, group string) error {
	spec := object{"type": "object", "properties": object{"size": object{"type": "integer", "minimum": int64(1)}}}
	status := object{"type": "object", "properties": object{"ready": object{"type": "boolean"}, "seen": object{"type": "integer"}}}
	crd := &unstructured.Unstructured{Object: object{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   object{"name": "gadgets." + group},
		"spec": object{
			"group": group,
			"scope": "Namespaced",
			"names": object{"plural": "gadgets", "singular": "gadget", "kind": "Gadget", "shortNames": []any{shortName(group)}},
			"versions": []any{object{
				"name": "v1", "served": true, "storage": true,
				"subresources": object{"status": object{}},
				"schema":       object{"openAPIV3Schema": object{"type": "object", "properties": object{"spec": spec, "status": status}}},
			}},
		},
	}}
	if _, err := client.Resource(crds).Create(ctx, crd, metav1.CreateOptions{}); err != nil {
		return err
	}
	return eventually(ctx, "gadgets are served", func() (bool, error) {
		_, err := client.Resource(gadgets(group)).Namespace(lab.namespace).List(ctx, metav1.ListOptions{})
		return err == nil, nil
	})
}

// shortName differs from case to case: a short name of two kinds means either.
func shortName(group string) string {
	name, _, _ := strings.Cut(group, ".")
	return name
}

func gadgets(group string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: "v1", Resource: "gadgets"}
}

func gadget(group, name string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: object{
		"apiVersion": group + "/v1", "kind": "Gadget", "metadata": object{"name": name}, "spec": object{"size": size},
	}}
}

// dynamicKind: a kind that no client was built for, found by discovery while it comes and goes.
func dynamicKind(ctx context.Context, lab *Lab) (Facts, error) {
	const group = "dynamic.example.com"
	client, err := dynamic.NewForConfig(lab.config)
	if err != nil {
		return nil, err
	}
	found, err := discovery.NewDiscoveryClientForConfig(lab.config)
	if err != nil {
		return nil, err
	}
	cached := memory.NewMemCacheClient(found)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	kind := schema.GroupKind{Group: group, Kind: "Gadget"}
	if _, err := mapper.RESTMapping(kind); !meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("a kind nobody defined: %v", err)
	}
	if err := define(ctx, lab, client, group); err != nil {
		return nil, err
	}
	var mapping *meta.RESTMapping
	if err := eventually(ctx, "discovery tells the kind", func() (bool, error) {
		mapper.Reset()
		mapping, err = mapper.RESTMapping(kind)
		return err == nil, nil
	}); err != nil {
		return nil, err
	}
	short := restmapper.NewShortcutExpander(mapper, cached, nil)
	expanded, err := short.ResourceFor(schema.GroupVersionResource{Resource: shortName(group)})
	if err != nil {
		return nil, err
	}
	events, err := gadgetEvents(ctx, lab, client.Resource(mapping.Resource).Namespace(lab.namespace), group)
	if err != nil {
		return nil, err
	}
	bare, err := metadata.NewForConfig(lab.config)
	if err != nil {
		return nil, err
	}
	partial, err := bare.Resource(mapping.Resource).Namespace(lab.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	if err := client.Resource(crds).Delete(ctx, "gadgets."+group, metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	if err := eventually(ctx, "the kind is gone", func() (bool, error) {
		mapper.Reset()
		_, err := mapper.RESTMapping(kind)
		return meta.IsNoMatchError(err), nil
	}); err != nil {
		return nil, err
	}
	return Facts{
		"scope": mapping.Scope.Name(), "short": expanded.String(), "events": events,
		"partial": len(partial.Items),
	}, nil
}

// gadgetEvents is what a watch tells of one gadget's life.
func gadgetEvents(ctx context.Context, lab *Lab, client dynamic.ResourceInterface, group string) ([]string, error) {
	watching, err := client.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=one"})
	if err != nil {
		return nil, err
	}
	defer watching.Stop()
	told := []string{}
	if _, err := client.Create(ctx, gadget(group, "zero", 0), metav1.CreateOptions{}); err != nil {
		told = append(told, err.Error())
	}
	if _, err := client.Create(ctx, gadget(group, "other", 1), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	if _, err := client.Create(ctx, gadget(group, "one", 1), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	if _, err := client.Patch(ctx, "one", types.MergePatchType, []byte(`{"spec":{"size":2}}`), metav1.PatchOptions{}); err != nil {
		return nil, err
	}
	applied, err := client.Apply(ctx, "one", gadget(group, "one", 3), metav1.ApplyOptions{FieldManager: "applier", Force: true})
	if err != nil {
		return nil, err
	}
	if err := unstructured.SetNestedField(applied.Object, true, "status", "ready"); err != nil {
		return nil, err
	}
	if _, err := client.UpdateStatus(ctx, applied, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	if err := client.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	for event := range watching.ResultChan() {
		one, ok := event.Object.(*unstructured.Unstructured)
		if !ok {
			return nil, fmt.Errorf("an event of %T", event.Object)
		}
		told = append(told, fmt.Sprintf("%s generation %d %v %v", event.Type, one.GetGeneration(), one.Object["spec"], one.Object["status"]))
		if event.Type == watch.Deleted {
			return told, nil
		}
	}
	return nil, fmt.Errorf("the watch ended after %v", told)
}
