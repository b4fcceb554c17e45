package main

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
)

const (
	counters = 16
	rounds   = 10
)

// counter: many count in one object with optimistic concurrency, half of them in protobuf; no step is lost.
func counter(ctx context.Context, lab *Lab) (Facts, error) {
	binary, err := lab.another(func(config *rest.Config) {
		config.ContentType = runtime.ContentTypeProtobuf
		config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	})
	if err != nil {
		return nil, err
	}
	created, taken, err := createAtOnce(ctx, lab)
	if err != nil {
		return nil, err
	}
	patient := wait.Backoff{Steps: 10_000, Duration: 2 * time.Millisecond, Factor: 1, Jitter: 10}
	err = parallel(counters, func(i int) error {
		maps := lab.client.CoreV1().ConfigMaps(lab.namespace)
		if i%2 == 0 {
			maps = binary.CoreV1().ConfigMaps(lab.namespace)
		}
		for range rounds {
			err := retry.RetryOnConflict(patient, func() error {
				object, err := maps.Get(ctx, "counter", metav1.GetOptions{})
				if err != nil {
					return err
				}
				count, _ := strconv.Atoi(object.Data["count"])
				object.Data = map[string]string{"count": strconv.Itoa(count + 1)}
				_, err = maps.Update(ctx, object, metav1.UpdateOptions{})
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	maps := lab.client.CoreV1().ConfigMaps(lab.namespace)
	object, err := maps.Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	count := object.Data["count"]
	stale := object.DeepCopy()
	if _, err := maps.Update(ctx, relabelled(object), metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	stale.Data["count"] = "0"
	_, late := maps.Update(ctx, stale, metav1.UpdateOptions{})
	if !apierrors.IsConflict(late) {
		return nil, fmt.Errorf("a stale update was answered with %v", late)
	}
	deleted, refused, err := deleteAtOnce(ctx, lab, object)
	if err != nil {
		return nil, err
	}
	return Facts{
		"count": count, "created": created, "taken": taken, "late": late.Error(), "deleted": deleted, "refused": refused,
	}, nil
}

func relabelled(object *corev1.ConfigMap) *corev1.ConfigMap {
	object.Labels = map[string]string{"changed": "yes"}
	return object
}

func createAtOnce(ctx context.Context, lab *Lab) (created, taken int32, err error) {
	var ok, exists atomic.Int32
	err = parallel(counters, func(int) error {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "counter"}}
		_, err := lab.client.CoreV1().ConfigMaps(lab.namespace).Create(ctx, object, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			exists.Add(1)
			return nil
		}
		ok.Add(1)
		return err
	})
	return ok.Load(), exists.Load(), err
}

// deleteAtOnce has half of the deletions name a uid the object does not have.
func deleteAtOnce(ctx context.Context, lab *Lab, object *corev1.ConfigMap) (deleted, refused int32, err error) {
	var ok, no atomic.Int32
	maps := lab.client.CoreV1().ConfigMaps(lab.namespace)
	wrong := types.UID("00000000-0000-0000-0000-000000000000")
	attempt := func(uid types.UID) error {
		err := maps.Delete(ctx, object.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
		switch {
		case err == nil:
			ok.Add(1)
		case apierrors.IsConflict(err):
			no.Add(1)
		case !apierrors.IsNotFound(err):
			return err
		}
		return nil
	}
	if err := parallel(counters, func(int) error { return attempt(wrong) }); err != nil {
		return 0, 0, err
	}
	err = parallel(counters, func(int) error { return attempt(object.UID) })
	return ok.Load(), no.Load(), err
}
