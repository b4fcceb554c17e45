package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const candidates = 5

// Throne tells when two sit on it.
type Throne struct {
	mutex   sync.Mutex
	sitting map[int]bool
	reigns  []int
	overlap error
}

func (throne *Throne) ascend(candidate int) {
	throne.mutex.Lock()
	defer throne.mutex.Unlock()
	throne.sitting[candidate] = true
	throne.reigns = append(throne.reigns, candidate)
	if len(throne.sitting) > 1 && throne.overlap == nil {
		throne.overlap = fmt.Errorf("leaders at one time: %v", throne.sitting)
	}
}

func (throne *Throne) leave(candidate int) {
	throne.mutex.Lock()
	defer throne.mutex.Unlock()
	delete(throne.sitting, candidate)
}

// leader is who leads now in the n-th reign.
func (throne *Throne) leader(n int) (int, bool) {
	throne.mutex.Lock()
	defer throne.mutex.Unlock()
	if len(throne.reigns) != n || !throne.sitting[throne.reigns[n-1]] {
		return 0, false
	}
	return throne.reigns[n-1], true
}

// election: candidates contend; the first leader releases, the second loses its network, the third reigns to the end.
func election(ctx context.Context, lab *Lab) (Facts, error) {
	throne := &Throne{sitting: map[int]bool{}}
	wires, stops := [candidates]*Wire{}, [candidates]context.CancelFunc{}
	var running sync.WaitGroup
	for i := range candidates {
		wires[i] = &Wire{}
		own, stop := context.WithCancel(ctx)
		stops[i] = stop
		elector, err := candidate(lab, throne, i, wires[i])
		if err != nil {
			return nil, err
		}
		running.Go(func() { elector.Run(own) })
	}
	reign := func(n int) (leader int, err error) {
		err = eventually(ctx, fmt.Sprintf("reign %d", n), func() (found bool, _ error) {
			leader, found = throne.leader(n)
			return found, nil
		})
		return leader, err
	}
	first, err := reign(1)
	if err != nil {
		return nil, err
	}
	stops[first]()
	second, err := reign(2)
	if err != nil {
		return nil, err
	}
	wires[second].cut()
	third, err := reign(3)
	if err != nil {
		return nil, err
	}
	lease, err := lab.client.CoordinationV1().Leases(lab.namespace).Get(ctx, "throne", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	for _, stop := range stops {
		stop()
	}
	running.Wait()
	holder := *lease.Spec.HolderIdentity == fmt.Sprint(third)
	distinct := first != second && second != third
	return Facts{"transitions": *lease.Spec.LeaseTransitions, "holder": holder, "distinct": distinct}, throne.overlap
}

func candidate(lab *Lab, throne *Throne, i int, wire *Wire) (*leaderelection.LeaderElector, error) {
	client, err := lab.another(func(config *rest.Config) {
		config.Dial = wire.dial
		config.Timeout = time.Second
	})
	if err != nil {
		return nil, err
	}
	lock := &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Name: "throne", Namespace: lab.namespace},
		Client:     client.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: fmt.Sprint(i)},
	}
	return leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock:            lock,
		LeaseDuration:   5 * time.Second,
		RenewDeadline:   3 * time.Second,
		RetryPeriod:     200 * time.Millisecond,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			// Not in the order of the reigns, when left to the goroutine it is called in.
			OnStartedLeading: func(context.Context) {},
			OnStoppedLeading: func() { throne.leave(i) },
			OnNewLeader: func(identity string) {
				if identity == fmt.Sprint(i) {
					throne.ascend(i)
				}
			},
		},
	})
}
