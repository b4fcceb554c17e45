package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const (
	writers = 8
	steps   = 25
	none    = -1
)

// Journal is what an informer told of objects whose `step` is counted up.
type Journal struct {
	mutex    sync.Mutex
	last     map[string]int
	problems []string
	adds     int
	updates  int
	deletes  int
	resyncs  int
}

func (journal *Journal) problem(format string, args ...any) {
	journal.problems = append(journal.problems, fmt.Sprintf(format, args...))
}

func stepOf(object *corev1.ConfigMap) int {
	step, err := strconv.Atoi(object.Data["step"])
	if err != nil {
		return none
	}
	return step
}

// handler fails events that go back; when gaps are not allowed, each step must be told.
func (journal *Journal) handler(gaps bool) cache.ResourceEventHandlerFuncs {
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(added any) {
			object := added.(*corev1.ConfigMap)
			journal.mutex.Lock()
			defer journal.mutex.Unlock()
			if stepOf(object) == none {
				return
			}
			if _, known := journal.last[object.Name]; known {
				journal.problem("%s was added twice", object.Name)
			}
			journal.adds++
			journal.last[object.Name] = stepOf(object)
		},
		UpdateFunc: func(before, after any) {
			old, object := before.(*corev1.ConfigMap), after.(*corev1.ConfigMap)
			journal.mutex.Lock()
			defer journal.mutex.Unlock()
			if stepOf(object) == none {
				return
			}
			if old.ResourceVersion == object.ResourceVersion {
				journal.resyncs++
				return
			}
			journal.updates++
			step, last := stepOf(object), journal.last[object.Name]
			if step <= last || (!gaps && step != last+1) || stepOf(old) != last {
				journal.problem("%s went from %d (told as %d) to %d", object.Name, last, stepOf(old), step)
			}
			journal.last[object.Name] = step
		},
		DeleteFunc: func(deleted any) {
			if tombstone, ok := deleted.(cache.DeletedFinalStateUnknown); ok {
				deleted = tombstone.Obj
			}
			object := deleted.(*corev1.ConfigMap)
			journal.mutex.Lock()
			defer journal.mutex.Unlock()
			if stepOf(object) == none {
				return
			}
			journal.deletes++
			delete(journal.last, object.Name)
		},
	}
}

func (journal *Journal) check() error {
	journal.mutex.Lock()
	defer journal.mutex.Unlock()
	if len(journal.problems) > 0 {
		return fmt.Errorf("%d problems, the first: %s", len(journal.problems), journal.problems[0])
	}
	return nil
}

// Follower is an informer with its journal.
type Follower struct {
	journal *Journal
	store   cache.Store
}

func follow(ctx context.Context, lab *Lab, client kubernetes.Interface, gaps bool) (*Follower, error) {
	journal := &Journal{last: map[string]int{}}
	factory := informers.NewSharedInformerFactoryWithOptions(client, time.Second, informers.WithNamespace(lab.namespace))
	shared := factory.Core().V1().ConfigMaps().Informer()
	if _, err := shared.AddEventHandler(journal.handler(gaps)); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), shared.HasSynced) {
		return nil, fmt.Errorf("the informer did not synchronize")
	}
	return &Follower{journal: journal, store: shared.GetStore()}, nil
}

// agrees waits until the informer has what a list has, and has told it.
func (follower *Follower) agrees(ctx context.Context, lab *Lab) error {
	return eventually(ctx, "the informer has what a list has", func() (bool, error) {
		list, err := lab.client.CoreV1().ConfigMaps(lab.namespace).List(ctx, metav1.ListOptions{})
		if err != nil || len(follower.store.List()) != len(list.Items) {
			return false, err
		}
		follower.journal.mutex.Lock()
		defer follower.journal.mutex.Unlock()
		for _, item := range list.Items {
			found, exists, _ := follower.store.GetByKey(item.Namespace + "/" + item.Name)
			if !exists || found.(*corev1.ConfigMap).ResourceVersion != item.ResourceVersion {
				return false, nil
			}
			if step := stepOf(&item); step != none && follower.journal.last[item.Name] != step {
				return false, nil
			}
		}
		return true, nil
	})
}

// write creates an object, counts it up, and deletes every second one.
func write(ctx context.Context, lab *Lab, i int) error {
	maps := lab.client.CoreV1().ConfigMaps(lab.namespace)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("written-%d", i)}}
	object.Data = map[string]string{"step": "0"}
	object, err := maps.Create(ctx, object, metav1.CreateOptions{})
	for step := 1; err == nil && step <= steps; step++ {
		object.Data["step"] = strconv.Itoa(step)
		object, err = maps.Update(ctx, object, metav1.UpdateOptions{})
	}
	if err == nil && i%2 == 0 {
		err = maps.Delete(ctx, object.Name, metav1.DeleteOptions{})
	}
	return err
}

// informer: every event of concurrent writes arrives, in order, and resyncs come.
func informer(ctx context.Context, lab *Lab) (Facts, error) {
	follower, err := follow(ctx, lab, lab.client, false)
	if err != nil {
		return nil, err
	}
	if err := parallel(writers, func(i int) error { return write(ctx, lab, i) }); err != nil {
		return nil, err
	}
	if err := follower.agrees(ctx, lab); err != nil {
		return nil, err
	}
	journal := follower.journal
	if err := eventually(ctx, "a resync", func() (bool, error) {
		journal.mutex.Lock()
		defer journal.mutex.Unlock()
		return journal.resyncs >= writers/2, nil
	}); err != nil {
		return nil, err
	}
	return Facts{"adds": journal.adds, "updates": journal.updates, "deletes": journal.deletes}, journal.check()
}

// informerCut: the connections of an informer are closed again and again while others write.
func informerCut(ctx context.Context, lab *Lab) (Facts, error) {
	wire := &Wire{}
	client, err := lab.another(func(config *rest.Config) { config.Dial = wire.dial })
	if err != nil {
		return nil, err
	}
	follower, err := follow(ctx, lab, client, true)
	if err != nil {
		return nil, err
	}
	done := make(chan error)
	go func() { done <- parallel(writers, func(i int) error { return write(ctx, lab, i) }) }()
	cuts := 0
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				return nil, err
			}
			finished = true
		case <-time.After(50 * time.Millisecond):
			wire.cut()
			wire.mend()
			cuts++
		}
	}
	wire.cut()
	wire.mend()
	if err := follower.agrees(ctx, lab); err != nil {
		return nil, err
	}
	return Facts{"left": len(follower.journal.last)}, follower.journal.check()
}

// informerCompaction: while an informer is away its version is forgotten, so that it must list again.
func informerCompaction(ctx context.Context, lab *Lab) (Facts, error) {
	wire := &Wire{}
	client, err := lab.another(func(config *rest.Config) { config.Dial = wire.dial })
	if err != nil {
		return nil, err
	}
	follower, err := follow(ctx, lab, client, true)
	if err != nil {
		return nil, err
	}
	maps := lab.client.CoreV1().ConfigMaps(lab.namespace)
	for _, name := range []string{"stays", "goes"} {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"step": "0"}}
		if _, err := maps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	if err := follower.agrees(ctx, lab); err != nil {
		return nil, err
	}
	wire.cut()
	if err := parallel(writers, func(i int) error { return write(ctx, lab, i) }); err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, "goes", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	if err := ask("compact"); err != nil {
		return nil, err
	}
	wire.mend()
	if err := follower.agrees(ctx, lab); err != nil {
		return nil, err
	}
	journal := follower.journal
	return Facts{"adds": journal.adds, "deletes": journal.deletes, "left": len(journal.last)}, journal.check()
}
