// Kubernetes' Go clients in the races they are used in. Each case is run against one server, in a namespace of its own, and
// ends with one line of JSON: the facts that must be the same on every server, or the error that ended it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"
)

// Facts are what a case found out.
type Facts map[string]any

var cases = map[string]func(context.Context, *Lab) (Facts, error){
	"informer":   informer,
	"cut":        informerCut,
	"compaction": informerCompaction,
	"apply":      apply,
	"election":   election,
	"counter":    counter,
	"dynamic":    dynamicKind,
	"manager":    manager,
}

func main() {
	if len(os.Args) != 2 || cases[os.Args[1]] == nil {
		names := []string{}
		for name := range cases {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "usage: clients CASE, with KUBECONFIG set; CASE is one of %v\n", names)
		os.Exit(2)
	}
	// Only what hangs takes so long.
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	facts, err := run(ctx, os.Args[1])
	if err != nil {
		say(Facts{"error": err.Error()})
		os.Exit(1)
	}
	say(facts)
}

func run(ctx context.Context, name string) (Facts, error) {
	lab, err := newLab(ctx, "go-"+name)
	if err != nil {
		return nil, err
	}
	return cases[name](ctx, lab)
}

func say(line Facts) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// ask has the one who started this program do something to the server, and waits until it is done.
func ask(what string) error {
	say(Facts{"ask": what})
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return err
}
