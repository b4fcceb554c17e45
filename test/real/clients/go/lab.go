package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Lab is a namespace on a server.
type Lab struct {
	config    *rest.Config
	client    kubernetes.Interface
	namespace string
}

func newLab(ctx context.Context, namespace string) (*Lab, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	_, err = client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	return &Lab{config: config, client: client, namespace: namespace}, nil
}

// another gives a client with connections of its own.
func (lab *Lab) another(change func(*rest.Config)) (*kubernetes.Clientset, error) {
	config := rest.CopyConfig(lab.config)
	change(config)
	return kubernetes.NewForConfig(config)
}

// eventually polls until check holds.
func eventually(ctx context.Context, what string, check func() (bool, error)) error {
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 3*time.Minute, true, func(context.Context) (bool, error) {
		return check()
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// parallel runs work for 0 to n-1 at once and joins what went wrong.
func parallel(n int, work func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { errs[i] = work(i) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// Wire is a network that can be cut.
type Wire struct {
	mutex sync.Mutex
	down  bool
	open  []net.Conn
}

func (wire *Wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	wire.mutex.Lock()
	defer wire.mutex.Unlock()
	if wire.down {
		return nil, errors.New("the wire is cut")
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		wire.open = append(wire.open, connection)
	}
	return connection, err
}

// cut closes what is open; nothing new opens before mend.
func (wire *Wire) cut() {
	wire.mutex.Lock()
	defer wire.mutex.Unlock()
	wire.down = true
	for _, connection := range wire.open {
		connection.Close()
	}
	wire.open = nil
}

func (wire *Wire) mend() {
	wire.mutex.Lock()
	defer wire.mutex.Unlock()
	wire.down = false
}
