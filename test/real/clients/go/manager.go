package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	managerGroup = "manager.example.com"
	finalizer    = managerGroup + "/count"
	made         = 12
)

// Gadget is a kind of the case's own.
type Gadget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              GadgetSpec   `json:"spec"`
	Status            GadgetStatus `json:"status,omitempty"`
}

// GadgetSpec is what a Gadget should be.
type GadgetSpec struct {
	Size int64 `json:"size"`
}

// GadgetStatus is what became of it.
type GadgetStatus struct {
	Ready bool  `json:"ready,omitempty"`
	Seen  int64 `json:"seen,omitempty"`
}

// GadgetList is many.
type GadgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []Gadget `json:"items"`
}

// DeepCopyObject copies.
func (gadget *Gadget) DeepCopyObject() runtime.Object {
	copied := *gadget
	gadget.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

// DeepCopyObject copies.
func (list *GadgetList) DeepCopyObject() runtime.Object {
	copied := *list
	list.ListMeta.DeepCopyInto(&copied.ListMeta)
	copied.Items = make([]Gadget, len(list.Items))
	for i := range list.Items {
		copied.Items[i] = *list.Items[i].DeepCopyObject().(*Gadget)
	}
	return &copied
}

// Reconciler gives every Gadget a ConfigMap and counts those that go.
type Reconciler struct {
	client.Client
	finalized atomic.Int32
}

// Reconcile is told of gadgets and of their maps.
func (reconciler *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	gadget := &Gadget{}
	if err := reconciler.Get(ctx, request.NamespacedName, gadget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !gadget.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, reconciler.finalize(ctx, gadget)
	}
	if controllerutil.AddFinalizer(gadget, finalizer) {
		return ctrl.Result{}, reconciler.Update(ctx, gadget)
	}
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: gadget.Name, Namespace: gadget.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, reconciler.Client, child, func() error {
		child.Data = map[string]string{"size": fmt.Sprint(gadget.Spec.Size)}
		return controllerutil.SetControllerReference(gadget, child, reconciler.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	want := GadgetStatus{Ready: true, Seen: gadget.Generation}
	if gadget.Status == want {
		return ctrl.Result{}, nil
	}
	gadget.Status = want
	return ctrl.Result{}, reconciler.Status().Update(ctx, gadget)
}

// finalize does not leave the map to the garbage collector, which may take half a minute to learn of a new kind.
func (reconciler *Reconciler) finalize(ctx context.Context, gadget *Gadget) error {
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: gadget.Name, Namespace: gadget.Namespace}}
	if err := reconciler.Delete(ctx, child); client.IgnoreNotFound(err) != nil {
		return err
	}
	if !controllerutil.RemoveFinalizer(gadget, finalizer) {
		return nil
	}
	err := reconciler.Update(ctx, gadget)
	if err == nil {
		reconciler.finalized.Add(1)
	}
	return client.IgnoreNotFound(err)
}

// manager: controller-runtime with leader election, cache, status, finalizer and owned objects.
func manager(ctx context.Context, lab *Lab) (Facts, error) {
	log.SetLogger(zap.New(zap.WriteTo(discard{})))
	direct, err := dynamic.NewForConfig(lab.config)
	if err != nil {
		return nil, err
	}
	if err := define(ctx, lab, direct, managerGroup); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	reconciler, ended, err := start(running, lab)
	if err != nil {
		return nil, err
	}
	facts, err := live(ctx, lab, reconciler)
	stop()
	if ending := <-ended; err == nil {
		err = ending
	}
	return facts, err
}

type discard struct{}

func (discard) Write(bytes []byte) (int, error) { return len(bytes), nil }

func start(ctx context.Context, lab *Lab) (*Reconciler, <-chan error, error) {
	version := schema.GroupVersion{Group: managerGroup, Version: "v1"}
	scheme.Scheme.AddKnownTypes(version, &Gadget{}, &GadgetList{})
	metav1.AddToGroupVersion(scheme.Scheme, version)
	again := time.Second
	running, err := ctrl.NewManager(lab.config, ctrl.Options{
		Scheme:                        scheme.Scheme,
		Metrics:                       server.Options{BindAddress: "0"},
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{lab.namespace: {}}},
		LeaderElection:                true,
		LeaderElectionID:              "gadgets",
		LeaderElectionNamespace:       lab.namespace,
		LeaderElectionReleaseOnCancel: true,
		RetryPeriod:                   &again,
	})
	if err != nil {
		return nil, nil, err
	}
	reconciler := &Reconciler{Client: running.GetClient()}
	if err := ctrl.NewControllerManagedBy(running).For(&Gadget{}).Owns(&corev1.ConfigMap{}).Complete(reconciler); err != nil {
		return nil, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- running.Start(ctx) }()
	return reconciler, ended, nil
}

func live(ctx context.Context, lab *Lab, reconciler *Reconciler) (Facts, error) {
	direct, err := client.New(lab.config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		return nil, err
	}
	err = parallel(made, func(i int) error {
		one := &Gadget{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("g%d", i), Namespace: lab.namespace}, Spec: GadgetSpec{Size: 1}}
		return direct.Create(ctx, one)
	})
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, lab, direct, 1); err != nil {
		return nil, err
	}
	if err := resize(ctx, lab, direct); err != nil {
		return nil, err
	}
	if err := ready(ctx, lab, direct, 2); err != nil {
		return nil, err
	}
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "g0", Namespace: lab.namespace}}
	if err := direct.Delete(ctx, child); err != nil {
		return nil, err
	}
	err = eventually(ctx, "the deleted map is made again", func() (bool, error) {
		err := direct.Get(ctx, client.ObjectKeyFromObject(child), child)
		return err == nil, client.IgnoreNotFound(err)
	})
	if err != nil {
		return nil, err
	}
	if err := direct.DeleteAllOf(ctx, &Gadget{}, client.InNamespace(lab.namespace)); err != nil {
		return nil, err
	}
	err = eventually(ctx, "gadgets and their maps are gone", func() (bool, error) {
		err := direct.Get(ctx, client.ObjectKeyFromObject(child), child)
		left := &GadgetList{}
		if listing := direct.List(ctx, left, client.InNamespace(lab.namespace)); listing != nil {
			return false, listing
		}
		// The last one may be gone before its reconciler has been told so.
		return apierrors.IsNotFound(err) && len(left.Items) == 0 && reconciler.finalized.Load() >= made, nil
	})
	return Facts{"made": made, "finalized": reconciler.finalized.Load()}, err
}

func resize(ctx context.Context, lab *Lab, direct client.Client) error {
	return parallel(made, func(i int) error {
		one := &Gadget{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("g%d", i), Namespace: lab.namespace}}
		return direct.Patch(ctx, one, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"size":2}}`)))
	})
}

// ready waits until each gadget's status tells its generation and its map its size.
func ready(ctx context.Context, lab *Lab, direct client.Client, size int64) error {
	return eventually(ctx, "every gadget is ready", func() (bool, error) {
		list, maps := &GadgetList{}, &corev1.ConfigMapList{}
		if err := direct.List(ctx, list, client.InNamespace(lab.namespace)); err != nil {
			return false, err
		}
		if err := direct.List(ctx, maps, client.InNamespace(lab.namespace)); err != nil {
			return false, err
		}
		right := 0
		for _, child := range maps.Items {
			if child.Data["size"] == fmt.Sprint(size) {
				right++
			}
		}
		for _, one := range list.Items {
			if !one.Status.Ready || one.Status.Seen != one.Generation || one.Spec.Size != size {
				return false, nil
			}
		}
		return len(list.Items) == made && right == made, nil
	})
}
