import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { createPki } from '../../src/apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import { findKubectls, type Kubectl, type Run, type RunOptions, runKubectl } from './kubectl.js';
import { ADMIN } from './test-server.js';

let server: ApiServer;
let folder: string;

test.before(async () => {
  server = await startApiServer({
    store: createMemoryStore(),
    pki: await createPki(),
    crds: CRDS,
    log: silentLogger,
    simulateWorkloads: true,
  });
  folder = await mkdtemp(join(tmpdir(), 'placet-kubectl-'));
  await writeFile(join(folder, 'kubeconfig'), await server.kubeconfig(ADMIN));
});

test.after.always(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** kubectl in a namespace of the test's own. */
interface Shell {
  readonly namespace: string;
  /** Fails the test when kubectl fails. */
  ok(args: string, options?: RunOptions): Promise<string>;
  run(args: string, options?: RunOptions): Promise<Run>;
}

let count = 0;

async function shellOf(t: ExecutionContext, { version, path }: Kubectl): Promise<Shell> {
  count += 1;
  const namespace = `k${version.replace('.', '-')}-${count}`;
  const env = {
    KUBECONFIG: join(folder, 'kubeconfig'),
    KUBECACHEDIR: join(folder, `cache-${version}`),
    HOME: folder,
    KUBECTL_EXTERNAL_DIFF: 'diff -u',
  };
  const run = (args: string, options: RunOptions = {}) =>
    runKubectl(path, [...args.split(' '), '--namespace', namespace], { ...options, env: { ...env, ...options.env } });
  const ok = async (args: string, options?: RunOptions) => {
    const { code, stdout, stderr } = await run(args, options);
    t.is(code, 0, `kubectl ${args}: ${stderr}${stdout}`);
    return stdout;
  };
  await ok(`create namespace ${namespace}`);
  return { namespace, ok, run };
}

const yaml = (namespace: string, replicas = 2, more = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}, labels: {app: web}}
spec:
  replicas: ${replicas}
  ${more}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: cluster.open-cluster-management.io/v1beta1
kind: Placement
metadata: {name: web, namespace: ${namespace}}
spec: {numberOfClusters: ${replicas}}
`;

type Case = (t: ExecutionContext, shell: Shell) => Promise<void>;

const applied = async ({ ok, namespace }: Shell): Promise<void> => {
  await ok('apply -f -', { input: yaml(namespace) });
};

const CASES: Readonly<Record<string, Case>> = {
  'get: yaml, wide, custom columns, all namespaces, selectors': async (t, shell) => {
    const { ok, namespace } = shell;
    await applied(shell);
    t.regex(await ok('get placement web -o yaml'), /^ {2}numberOfClusters: 2$/m);
    t.regex(
      await ok('get deploy -o wide'),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb /,
    );
    const columns = 'custom-columns=N:.metadata.name,C:.spec.template.spec.containers[*].image';
    t.regex(await ok(`get deploy -o ${columns} --no-headers`), /^web +nginx\n$/);
    t.regex(await ok('get placements -A'), new RegExp(`^NAMESPACE +NAME .*\\n(.*\\n)*${namespace} +web`));
    t.regex(await ok('get all -l app=web'), /deployment\.apps\/web/);
    t.is(await ok('get deploy -l app=other -o name'), '');
    t.is(
      await ok('get placement --field-selector metadata.name=web -o name'),
      'placement.cluster.open-cluster-management.io/web\n',
    );
    t.is(await ok('get placement --field-selector metadata.name=other -o name'), '');
  },

  'get --watch': async (t, shell) => {
    await shell.ok('create configmap a');
    const watching = shell.ok('get configmap a --watch --output-watch-events --request-timeout=2s');
    await shell.ok('label configmap a x=y');
    t.regex(await watching, /^EVENT +NAME +DATA +AGE\nADDED +a +0 +\S+\n/);
  },

  describe: async (t, shell) => {
    await applied(shell);
    t.regex(await shell.ok('describe deploy web'), /Selector: +app=web[\s\S]*Replicas: +2 desired/);
    t.regex(await shell.ok('describe placement web'), /Number Of Clusters: +2/);
  },

  'apply, and apply again': async (t, { ok, namespace }) => {
    t.regex(await ok('apply -f -', { input: yaml(namespace) }), /deployment\.apps\/web created[\s\S]*web created/);
    t.regex(await ok('apply -f -', { input: yaml(namespace) }), /deployment\.apps\/web unchanged[\s\S]*web unchanged/);
    t.regex(
      await ok('apply -f -', { input: yaml(namespace, 3) }),
      /deployment\.apps\/web configured[\s\S]*web configured/,
    );
    t.is(await ok('get deploy web -o jsonpath={.spec.replicas}'), '3');
  },

  'apply refuses unknown fields': async (t, { run, namespace }) => {
    const { code, stderr } = await run('apply -f -', { input: yaml(namespace, 1, 'replicass: 3') });
    t.is(code, 1);
    t.true(stderr.includes('strict decoding error: unknown field "spec.replicass"'), stderr);
  },

  'apply --server-side, conflicts and --force-conflicts': async (t, { ok, run, namespace }) => {
    const input = yaml(namespace);
    t.regex(await ok('apply --server-side -f -', { input }), /deployment\.apps\/web serverside-applied/);
    await ok('scale deploy web --replicas=5');
    const conflict = await run('apply --server-side -f -', { input });
    t.is(conflict.code, 1);
    t.true(conflict.stderr.includes('Apply failed with 1 conflict'), conflict.stderr);
    await ok('apply --server-side --force-conflicts -f -', { input });
    t.is(await ok('get deploy web -o jsonpath={.spec.replicas}'), '2');
  },

  diff: async (t, shell) => {
    await applied(shell);
    t.is(await shell.ok('diff -f -', { input: yaml(shell.namespace) }), '');
    const { code, stdout, stderr } = await shell.run('diff -f -', { input: yaml(shell.namespace, 4) });
    t.is(code, 1, stderr);
    t.regex(stdout, /^-\s+numberOfClusters: 2\n\+\s+numberOfClusters: 4$/m);
  },

  'create and replace': async (t, { ok, run, namespace }) => {
    await ok('create configmap made --from-literal=a=b');
    await ok('create secret generic made --from-literal=a=b');
    await ok('create deployment made --image=nginx --replicas=0');
    t.is(await ok('get deploy made -o jsonpath={.spec.replicas}'), '0');
    await ok('create serviceaccount made');
    t.regex(await ok('create token made'), /^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    await ok('create -f -', { input: yaml(namespace) });
    t.true((await run('create -f -', { input: yaml(namespace) })).stderr.includes('(AlreadyExists)'));
    await ok('replace -f -', { input: yaml(namespace, 7) });
    t.is(await ok('get placement web -o jsonpath={.spec.numberOfClusters}'), '7');
  },

  'delete, with every cascade': async (t, { ok, run }) => {
    for (const cascade of ['background', 'foreground', 'orphan']) {
      await ok('create configmap a');
      t.regex(await ok(`delete configmap a --cascade=${cascade}`), /configmap "a" deleted/);
      t.true((await run('get configmap a')).stderr.includes('configmaps "a" not found'));
    }
    await ok('create configmap b');
    t.regex(await ok('delete configmap --all'), /configmap "b" deleted/);
  },

  edit: async (t, shell) => {
    await applied(shell);
    const editor = join(folder, 'editor.sh');
    await writeFile(editor, '#!/bin/sh\nsed -i s/numberOfClusters:.2/numberOfClusters:\\ 6/ "$1"\n', { mode: 0o755 });
    t.regex(await shell.ok('edit placement web', { env: { KUBE_EDITOR: editor } }), /web edited/);
    t.is(await shell.ok('get placement web -o jsonpath={.spec.numberOfClusters}'), '6');
  },

  'patch, label, annotate': async (t, shell) => {
    await applied(shell);
    const { ok } = shell;
    await ok('patch deploy web -p {"spec":{"replicas":4}}');
    await ok('patch placement web --type=merge -p {"spec":{"numberOfClusters":4}}');
    await ok('patch placement web --type=json -p [{"op":"replace","path":"/spec/numberOfClusters","value":5}]');
    await ok('patch placement web --subresource=status --type=merge -p {"status":{"numberOfSelectedClusters":1}}');
    t.is(await ok('get placement web -o jsonpath={.spec.numberOfClusters}/{.status.numberOfSelectedClusters}'), '5/1');
    await ok('label placement web tier=gold');
    await ok('annotate placement web note=x');
    t.is(await ok('get placement -l tier=gold -o jsonpath={.items[0].metadata.annotations.note}'), 'x');
    await ok('label placement web tier-');
    t.is(await ok('get placement -l tier -o name'), '');
  },

  'explain, api-resources, api-versions': async (t, { ok }) => {
    t.regex(await ok('explain deployment.spec.template.spec.containers'), /FIELDS:\s+args/);
    t.regex(await ok('explain placement.spec.numberOfClusters'), /VERSION: +v1beta1[\s\S]*numberOfClusters <integer>/);
    const resources = await ok('api-resources');
    t.regex(resources, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
    t.regex(resources, /^managedclusters +mcl,mcls +cluster\.open-cluster-management\.io\/v1 +false +ManagedCluster$/m);
    t.regex(await ok('api-versions'), /^work\.open-cluster-management\.io\/v1$/m);
  },

  'auth can-i': async (t, { ok, run, namespace }) => {
    t.is(await ok('auth can-i delete placements'), 'yes\n');
    const denied = await run(`auth can-i get secrets --as=system:serviceaccount:${namespace}:default`);
    t.is(denied.stdout, 'no\n');
    await ok('create role reader --verb=get --resource=secrets');
    await ok(`create rolebinding reader --role=reader --serviceaccount=${namespace}:default`);
    t.is(await ok(`auth can-i get secrets --as=system:serviceaccount:${namespace}:default`), 'yes\n');
  },

  wait: async (t, shell) => {
    await applied(shell);
    t.regex(await shell.ok('wait --for=condition=Available deploy/web --timeout=20s'), /web condition met/);
    t.regex(
      await shell.ok('wait --for=jsonpath={.spec.numberOfClusters}=2 placement/web --timeout=20s'),
      /web condition met/,
    );
    const gone = shell.ok('wait --for=delete placement/web --timeout=20s');
    await shell.ok('delete placement web');
    await gone;
    t.pass();
  },

  'a CRD at run time': async (t, { ok, namespace }) => {
    const group = `${namespace}.example.com`;
    const input = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}
`;
    await ok('create -f -', { input });
    await ok(`wait --for=condition=Established crd/things.${group} --timeout=20s`);
    const thing = `{"apiVersion":"${group}/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"size":1}}`;
    await ok('apply -f -', { input: thing });
    t.regex(await ok(`get things.${group}`), /^NAME +AGE\na +\S+\n$/);
    await ok(`delete crd things.${group}`);
  },

  'deleting a namespace deletes what is in it': async (t, shell) => {
    await applied(shell);
    t.regex(await shell.ok(`delete namespace ${shell.namespace} --timeout=20s`), /deleted/);
    t.true((await shell.run('get placement web')).stderr.includes('not found'));
  },
};

const found = findKubectls();
// The oldest and the newest are told everything; between them, what their versions changed: encodings, validation, explain.
const ESSENTIAL = [
  'apply, and apply again',
  'apply refuses unknown fields',
  'create and replace',
  'explain, api-resources, api-versions',
];
const versions = found.filter(({ version }) => /^1\.(2[7-9]|3[0-3])$/.test(version));

// Elsewhere a machine may have none; in CI its absence would hide what it should show.
if (versions.length === 0) {
  const declare = process.env.CI ? test : test.skip;
  declare('kubectl works with the server (there is no kubectl 1.27 to 1.33 on this machine)', (t) => t.fail());
}

for (const [index, kubectl] of versions.entries()) {
  const complete = index === 0 || index === versions.length - 1;
  for (const [title, run] of Object.entries(CASES)) {
    if (!complete && !ESSENTIAL.includes(title)) continue;
    test(`kubectl ${kubectl.version}: ${title}`, async (t) => run(t, await shellOf(t, kubectl)));
  }
}
